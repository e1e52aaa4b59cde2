// swift-tools-version: 6.1
import PackageDescription

/// Small programs that embed the language. `swift run -c release` runs them all, one after the other.
let package = Package(
  name: "embedding",
  dependencies: [.package(name: "MetaRec", path: "../..")],
  targets: [
    .executableTarget(
      name: "embedding",
      dependencies: [
        .product(name: "MetaRec", package: "MetaRec"),
        .product(name: "MetaRecTesting", package: "MetaRec"),
      ])
  ],
  swiftLanguageModes: [.v6]
)
