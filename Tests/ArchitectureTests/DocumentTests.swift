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
    let map = try SourceTree.text("Sources/README.md")
    let invariants = map.matches(of: #/\| `(\w+)` \|\n/#).map { String($0.1) }
    #expect(invariants.count > 5)
    for name in invariants {
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
    for document in ["README.md", "Sources/README.md", "Tests/README.md"] {
      let text = try SourceTree.text(document)
      let paths = text.matches(of: #/\b(?:scripts|examples|Sources|Tests)\/[\w.\/-]*\w/#)
      for path in Set(paths.map { String($0.0) }) {
        #expect(SourceTree.exists(path), "\(document) names \(path)")
      }
    }
  }
}
