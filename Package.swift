// swift-tools-version: 6.1
import PackageDescription

/// What the program says it was built of; scripts/build-release names the commit.
let commit = Context.environment["MRS_COMMIT"] ?? ""

/// What only the service needs, which is built when it is asked for.
let served = TargetDependencyCondition.when(traits: ["Serve"])

/// Targets from the ground up; each may import only what its line names (`scripts/check` holds it).
let package = Package(
  name: "MetaRec",
  products: [
    .executable(name: "mrs", targets: ["mrs"]),
    .library(name: "MetaRec", targets: ["MetaRec"]),
    .library(name: "MetaRecTesting", targets: ["MetaRecTesting"]),
    .library(name: "metarec", type: .dynamic, targets: ["MetaRecC"]),
  ],
  traits: [
    .trait(name: "Jupyter", description: "The kernel for Jupyter notebooks; needs libzmq3-dev."),
    .trait(name: "MPI", description: "Ranks on many machines; running them needs Open MPI."),
    .trait(
      name: "Serve", description: "Recommendations over HTTP; fetches and builds Hummingbird."),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(
      url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1", traits: []),
    .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.0"),
    .package(url: "https://github.com/apple/swift-nio-extras.git", from: "1.34.1"),
    .package(url: "https://github.com/apple/swift-log.git", from: "1.14.0"),
    .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
  ],
  targets: [
    .target(name: "LibC"),
    .target(name: "CBuild", cSettings: [.define("MRS_COMMIT", to: "\"\(commit)\"")]),
    .target(name: "CNumbers"),
    .target(name: "Language", dependencies: ["CNumbers"]),
    .target(name: "CKernels", dependencies: ["CNumbers"], exclude: ["Definitions.md"]),
    .target(name: "Kernels", dependencies: ["CKernels", "CNumbers"]),
    .target(name: "Reports", dependencies: ["Language"]),
    .target(name: "Datasets", dependencies: ["Language", "CKernels", "Kernels"]),
    .target(name: "Models", dependencies: ["Language", "Kernels", "Datasets"]),
    .target(
      name: "MetaLearning", dependencies: ["Language", "Kernels", "Datasets", "Models"],
      exclude: ["Calculi.md"]),
    .target(name: "Evaluation", dependencies: ["Language", "Kernels", "Datasets", "Models"]),
    .target(
      name: "Commands",
      dependencies: [
        "Language", "Kernels", "Reports", "Datasets", "Models", "MetaLearning", "Evaluation",
      ]),
    .target(
      name: "MetaRec",
      dependencies: [
        "Commands", "Language", "Kernels", "Reports", "Datasets", "Models", "MetaLearning",
      ]),
    .target(name: "MetaRecTesting", dependencies: ["MetaRec"]),
    .target(name: "CMetaRec"),
    .target(name: "MetaRecC", dependencies: ["MetaRec", "CMetaRec"]),
    .systemLibrary(name: "CLibedit", pkgConfig: "libedit", providers: [.apt(["libedit-dev"])]),
    .target(name: "CLineEditor", dependencies: ["CLibedit"]),
    .systemLibrary(name: "CZeroMQ", pkgConfig: "libzmq", providers: [.apt(["libzmq3-dev"])]),
    .target(
      name: "Jupyter",
      dependencies: [
        "Commands", "Language", "Reports", "Datasets",
        .target(name: "CZeroMQ", condition: .when(traits: ["Jupyter"])),
      ]),
    .target(
      name: "Service",
      dependencies: [
        "Commands", "Language", "Kernels", "Reports", "Datasets", "Models", "MetaLearning",
        .product(name: "HummingbirdCore", package: "hummingbird", condition: served),
        .product(name: "NIOCore", package: "swift-nio", condition: served),
        .product(name: "NIOHTTP1", package: "swift-nio", condition: served),
        .product(name: "NIOPosix", package: "swift-nio", condition: served),
        .product(name: "NIOHTTPTypes", package: "swift-nio-extras", condition: served),
        .product(name: "Logging", package: "swift-log", condition: served),
        .product(name: "HTTPTypes", package: "swift-http-types", condition: served),
      ]),
    .target(name: "CMPI"),
    .target(
      name: "MPI",
      dependencies: ["Kernels", .target(name: "CMPI", condition: .when(traits: ["MPI"]))],
      exclude: ["Scaling.md"]),
    .target(
      name: "Shell",
      dependencies: [
        "LibC", "CBuild", "Commands", "Kernels", "Language", "Reports", "CLineEditor", "Datasets",
        "Jupyter", "MPI", "Service",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(name: "mrs", dependencies: ["Shell"]),
    .executableTarget(
      name: "benchmark",
      dependencies: [
        "LibC", "MetaLearning", "Models", "Kernels", "Datasets", "Commands", "Language", "Reports",
        "Shell",
      ], path: "Tests/Benchmarks"),
    .executableTarget(
      name: "frontend", dependencies: ["Commands", "Language", "Reports", "Shell"],
      path: "Tests/FrontEnd"),
    .target(
      name: "LanguageLaboratory", dependencies: ["Language"], path: "Tests/LanguageLaboratory"),
    .target(
      name: "Fuzzing", dependencies: ["Language", "LanguageLaboratory"], path: "Tests/Fuzzing",
      exclude: ["seeds", "words.dict"]),
    .testTarget(
      name: "LanguageTests", dependencies: ["LibC", "Language", "LanguageLaboratory", "Fuzzing"]),
    .target(
      name: "TestedKernels", dependencies: ["LibC", "Kernels"], path: "Tests/TestedKernels"),
    .target(
      name: "KernelReference", dependencies: ["CKernels", "CNumbers"],
      path: "Tests/KernelReference",
      exclude: ["main.c"]),
    .testTarget(
      name: "KernelsTests",
      dependencies: ["LibC", "Kernels", "CKernels", "KernelReference", "TestedKernels"],
      exclude: ["digests.txt", "elementary.txt"]),
    .testTarget(name: "ReportsTests", dependencies: ["Reports", "Language"]),
    .testTarget(
      name: "DatasetsTests", dependencies: ["LibC", "Datasets", "Kernels", "Language"]),
    .testTarget(
      name: "ModelsTests", dependencies: ["Models", "Kernels", "Datasets", "TestedKernels"]),
    .testTarget(
      name: "MetaLearningTests",
      dependencies: [
        "MetaLearning", "Models", "Kernels", "Datasets", "Language", "TestedKernels",
      ], exclude: ["privacy-references.csv"]),
    .testTarget(
      name: "EvaluationTests",
      dependencies: ["Evaluation", "Models", "Datasets", "Kernels", "Language"]),
    .testTarget(
      name: "CommandsTests",
      dependencies: [
        "Commands", "Language", "Reports", "Datasets", "Models", "MetaLearning", "Evaluation",
        "CKernels", "Kernels", "LibC", "TestedKernels",
      ], exclude: ["digests.txt"]),
    .testTarget(
      name: "MetaRecTests", dependencies: ["MetaRec", "MetaRecTesting"]),
    .testTarget(
      name: "ServiceTests",
      dependencies: [
        "Service", "Commands", "Datasets", "Language", "MetaRec", "Reports", "TestedKernels",
      ]),
    .testTarget(
      name: "ShellTests",
      dependencies: [
        "LibC", "Shell", "Commands", "Datasets", "Jupyter", "Kernels", "Language", "Models",
        "Reports", "TestedKernels", "frontend",
      ],
      exclude: ["pty", "notebooks", "editors", "mpi", "service", "earlier"]),
    .testTarget(
      name: "ArchitectureTests",
      dependencies: [
        "Commands", "Language", "Reports", "Datasets", "Kernels", "Models", "MetaLearning",
        "Evaluation", "TestedKernels",
      ], exclude: ["public-surface.txt"]),
  ],
  swiftLanguageModes: [.v6]
)
