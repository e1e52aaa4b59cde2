import Testing

/// Documents name what exists.
@Suite struct DocumentTests {
  @Test func everyTargetIsOnTheMap() throws {
    let map = try SourceTree.text("Sources/README.md")
    for target in Set(SourceTree.sources.map(\.target)) {
      #expect(map.contains("\n| `\(target)` |"), "\(target)")
    }
  }

  @Test func everyInvariantNamesATestThatExists() throws {
    let documents = try ["Sources/README.md", "Sources/MetaLearning/Calculi.md"].map(
      SourceTree.text)
    let invariants = documents.map { text in
      text.matches(of: #/\| `(\w+)` \|\n/#).map { String($0.1) }
    }
    #expect(invariants.allSatisfy { $0.count > 5 })
    for name in invariants.joined() {
      let holder = SourceTree.all.first { $0.code.contains("func \(name)(") }
      #expect(holder?.path.hasPrefix("Tests/") == true, "there is no test `\(name)`")
    }
  }

  @Test func everyFolderOfTestsIsExplained() throws {
    let map = try SourceTree.text("Tests/README.md")
    for folder in Set(SourceTree.all.filter { $0.path.hasPrefix("Tests/") }.map(\.target)) {
      #expect(map.contains("`\(folder)`"), "\(folder)")
    }
  }

  @Test func everyPathThatDocumentsNameExists() throws {
    let documents = [
      "README.md", "Sources/README.md", "Tests/README.md", "Sources/MetaLearning/Calculi.md",
    ]
    for document in documents {
      let text = try SourceTree.text(document)
      let paths = text.matches(of: #/\b(?:scripts|examples|Sources|Tests)\/[\w.\/-]*\w/#)
      for path in Set(paths.map { String($0.0) }) {
        #expect(SourceTree.exists(path), "\(document) names \(path)")
      }
    }
  }

  /// The tables of the map name places below `Sources` in short: `Commands/Workspace/Show.swift`.
  @Test func everyPlaceOnTheMapExists() throws {
    let map = try SourceTree.text("Sources/README.md")
    let targets = Set(SourceTree.sources.map(\.target))
    let places = map.matches(of: #/`(\w+)\/([\w.+\/-]*)`/#)
      .filter { targets.contains(String($0.1)) }
    #expect(places.count > 20)
    for place in Set(places.map { "Sources/\($0.1)/\($0.2)" }) {
      #expect(SourceTree.exists(place), "the map names \(place)")
    }
  }
}
