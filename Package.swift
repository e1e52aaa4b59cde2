// swift-tools-version: 6.1
import PackageDescription

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
    .trait(name: "Jupyter", description: "The kernel for Jupyter notebooks; needs libzmq3-dev.")
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
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
      name: "Shell",
      dependencies: [
        "Commands", "Kernels", "Language", "Reports", "CLineEditor", "Datasets", "Jupyter",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(name: "mrs", dependencies: ["Shell"]),
    .executableTarget(
      name: "benchmark",
      dependencies: [
        "MetaLearning", "Models", "Kernels", "Datasets", "Commands", "Language", "Reports", "Shell",
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
      name: "LanguageTests", dependencies: ["Language", "LanguageLaboratory", "Fuzzing"]),
    .target(name: "TestedKernels", dependencies: ["Kernels"], path: "Tests/TestedKernels"),
    .target(
      name: "KernelReference", dependencies: ["CKernels", "CNumbers"],
      path: "Tests/KernelReference",
      exclude: ["main.c"]),
    .testTarget(
      name: "KernelsTests",
      dependencies: ["Kernels", "CKernels", "KernelReference", "TestedKernels"],
      exclude: ["digests.txt", "elementary.txt"]),
    .testTarget(name: "ReportsTests", dependencies: ["Reports", "Language"]),
    .testTarget(name: "DatasetsTests", dependencies: ["Datasets", "Kernels", "Language"]),
    .testTarget(
      name: "ModelsTests", dependencies: ["Models", "Kernels", "Datasets", "TestedKernels"]),
    .testTarget(
      name: "MetaLearningTests",
      dependencies: [
        "MetaLearning", "Models", "Kernels", "Datasets", "Language", "TestedKernels",
      ]),
    .testTarget(
      name: "EvaluationTests",
      dependencies: ["Evaluation", "Models", "Datasets", "Kernels", "Language"]),
    .testTarget(
      name: "CommandsTests",
      dependencies: [
        "Commands", "Language", "Reports", "Datasets", "Models", "MetaLearning", "Evaluation",
        "CKernels", "Kernels", "TestedKernels",
      ], exclude: ["digests.txt"]),
    .testTarget(
      name: "MetaRecTests", dependencies: ["MetaRec", "MetaRecTesting"]),
    .testTarget(
      name: "ShellTests",
      dependencies: [
        "Shell", "Commands", "Datasets", "Jupyter", "Kernels", "Language", "Models", "Reports",
        "frontend",
      ],
      exclude: ["pty", "notebooks", "earlier"]),
    .testTarget(
      name: "ArchitectureTests",
      dependencies: [
        "Commands", "Language", "Reports", "Datasets", "Kernels", "Models", "MetaLearning",
        "Evaluation", "TestedKernels",
      ], exclude: ["public-surface.txt"]),
  ],
  swiftLanguageModes: [.v6]
)
