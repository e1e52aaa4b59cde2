import Testing

/// Nothing that a result or a text depends on is left to chance, to a compiler or to a library.
@Suite struct OrderTests {
  /// Keys that no two elements share: those of dictionaries, names and numbers of things.
  private let unique =
    #/^\s*\$0\.(key\.)?(key|name|number) [<>] \$1\.(key\.)?(key|name|number)\s*$/#

  @Test func everySortSaysWhichOfEqualOnesComesFirst() {
    for file in SourceTree.sources {
      for found in sorts(in: file.code) where !isTotal(found) {
        Issue.record("\(file.path): `\(found)`: use stablySorted, or compare a second key as well")
      }
    }
  }

  @Test func lanesAreAddedInAStatedOrder() {
    for file in SourceTree.sources {
      #expect(!file.code.contains(".sum()"), "\(file.path): write the tree of additions")
    }
  }

  @Test func sortsWithoutATieBreakAreFound() {
    let code = """
      a.sorted { $0.x < $1.x }; b.max(by: { $0 < $1 }); c.sort { ($0.x, $0.y) < ($1.x, $1.y) }
      d.sorted { $0.key < $1.key }; e.sorted(); f.min { abs($0) < abs($1) }
      g.sorted { a, b in
        a.x != b.x ? a.x < b.x : a.y < b.y
      }
      """
    #expect(
      sorts(in: code).filter { !isTotal($0) } == [
        " $0.x < $1.x ", " $0 < $1 ", " abs($0) < abs($1) ",
      ])
  }

  /// What stands between the braces behind `sort`, `sorted`, `min` and `max`.
  private func sorts(in code: String) -> [String] {
    code.matches(of: #/\.(?:sort|sorted|min|max)\s*(?:\(by:\s*)?\{([^{}]*)\}/#).map {
      String($0.1)
    }
  }

  private func isTotal(_ comparison: String) -> Bool {
    comparison.contains(",") || comparison.contains("?")
      || comparison.firstMatch(of: unique) != nil
  }
}
