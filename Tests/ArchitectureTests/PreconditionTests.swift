import Testing

/// What would end the process, and why nothing that a program, a script or a file says can lead there. A library must
/// not take its host down: a new precondition has to say here what keeps input from it.
@Suite struct PreconditionTests {
  /// A piece of the code of each, by file, with what makes it unreachable.
  static let known: [(file: String, code: String, kept: String)] = [
    (
      "Evaluation/Statistics/StudentT", "degrees > 0",
      "counts of two or more, and a guard in `welchTest`"
    ),
    (
      "Evaluation/Judging", "scores.count == items.count",
      "every recommender gives a score for each item"
    ),
    (
      "Models/Layout", "dense.allSatisfy", "networks and algorithms list their blocks in this order"
    ),
    (
      "Models/Encoding/RowNumbering", "at >= 0 && at < tableRows",
      "rows come from the encoder of the same table"
    ),
    (
      "Language/Signatures/Catalog", "preconditionFailure(",
      "`Laboratory.add` takes commands only; catalogs are tested"
    ),
    ("MetaLearning/Baselines/RidgeSystem", "penalty > 0", "`penalty=` is 1e-6 or more"),
    ("MetaLearning/Adaptation/InnerLoop", "preconditionFailure(", "steps of Adam go another way"),
    (
      "MetaLearning/Adaptation/FeedForwardLearner", "preconditionFailure(",
      "algorithms name blocks of their own"
    ),
    ("MetaLearning/Training/Training", "position == 0", "asked between epochs alone"),
    ("Kernels/Matrix", "rows == 1", "views of single rows, by shapes that the layout gives"),
    ("Kernels/Matrix", "source.count == count", "shapes that the layout gives"),
    (
      "Kernels/Matrix", "source.count == count",
      "sizes of files are checked against the layout when they are read"
    ),
    ("Kernels/RandomKey", "count > 0", "draws from lists that are not empty"),
    ("Kernels/KernelSet", "places.count == rows.count", "both are of one episode"),
    ("Kernels/Calculus/Cholesky", "a.columns == n", "shapes that the head gives"),
    ("Kernels/Calculus/Tape+Operations", "x1.columns == w1.rows", "shapes that the network gives"),
    (
      "Kernels/Calculus/Tape+Operations", "self[a].rows == self[b].rows",
      "shapes that the network gives"
    ),
    (
      "Kernels/Calculus/Tape+Operations", "self[a].columns == self[b].columns",
      "shapes that the network gives"
    ),
    (
      "Kernels/Calculus/Tape+Operations", "self[a].columns == self[b].rows",
      "shapes that the network gives"
    ),
    (
      "Kernels/Calculus/Tape+Operations", "self[a].count == self[b].count",
      "shapes that the network gives"
    ),
    (
      "Kernels/Calculus/Tape+Operations", "self[a].count == self[b].count",
      "shapes that the network gives"
    ),
    ("Kernels/Calculus/Tape+Adjoints", "!differentiable ||", "loops ask for one or the other"),
    (
      "MetaLearning/Adaptation/Scratch", "$0.rows == problem.shape.tableRows",
      "networks make their tables by the shape that the encoder gives"
    ),
    (
      "Shell/Editing/LibeditEditor", "preconditionFailure(",
      "libedit gives back the pointer it was given"
    ),
  ]

  @Test func everyPreconditionSaysWhatKeepsInputFromIt() {
    let calls = #/\b(?:precondition|preconditionFailure|fatalError)\(/#
    for file in SourceTree.sources {
      let name = file.path.dropFirst("Sources/".count).dropLast(".swift".count)
      let listed = Self.known.filter { $0.file == name }
      let found = file.code.matches(of: calls)
      #expect(found.count == listed.count, "\(file.path): \(found.count) preconditions")
      for entry in listed { #expect(file.code.contains(entry.code), "\(file.path): \(entry.code)") }
    }
  }

  @Test func nothingIsForced() {
    for file in SourceTree.sources {
      #expect(file.code.firstMatch(of: #/\btry!|\bas!|\bunowned\(unsafe\)/#) == nil, "\(file.path)")
    }
  }

  /// What the library holds is in its objects: two in one process share nothing that changes.
  @Test func theLibraryHasNoGlobalThatChanges() {
    for file in SourceTree.sources where file.target.hasPrefix("MetaRec") {
      let global =
        #/(?m)^(?:public |package |private |fileprivate )?var |\bstatic var \w+(?:: [^{=\n]+)? =/#
      #expect(file.code.firstMatch(of: global) == nil, "\(file.path)")
    }
  }
}
