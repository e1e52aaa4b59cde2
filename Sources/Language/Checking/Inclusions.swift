/// At most so many files may include one another in a row, the script counted.
package let deepestInclusion = 32

/// What came of checking included files, shared by all that check one script: a file is read once, and
/// checked once for each state that it is checked in.
final class Inclusions {
  /// So often files are checked; what is included beyond counts as unseen.
  private static let mostChecks = 10_000

  /// A file as far as its own text tells.
  struct File {
    var source: Source
    var script: Script
    var faults: [Diagnostic]
  }

  private var files: [String: Result<File, Problem>] = [:]
  private var outcomes: [String: [(state: InclusionState, outcome: InclusionOutcome)]] = [:]
  /// The files being checked, outermost first, each with what was included in it so far.
  private var open: [Range] = [Range()]
  private var checks = 0
  /// Whether files were found that include each other without end: the script is refused, and nothing is
  /// gone through again.
  private(set) var isEndless = false

  /// What was included, however far down.
  struct Range {
    var names: Set<String> = []
    /// How many files stand in one another.
    var height = 0
    /// Whether something was left out because of the files around it.
    var isCut = false
  }

  /// The file of that name.
  func file(_ name: String, from knowledge: FileKnowledge) -> Result<File, Problem> {
    if let known = files[name] { return known }
    let file = knowledge.source(name).map { source in
      File(
        source: source, script: source.parsed.script, faults: source.parsed.diagnostics)
    }
    files[name] = file
    return file
  }

  /// Notes that files include each other without end.
  func cut() {
    isEndless = true
    open[open.count - 1].isCut = true
  }

  /// What came of a file when it was checked in that state, if it was.
  ///
  /// - Parameter including: the files around it; none of them may be among those it includes.
  func outcome(
    of name: String, in state: InclusionState, including: [String]
  ) -> InclusionOutcome? {
    for (known, outcome) in outcomes[name] ?? []
    where including.count + outcome.range.height <= deepestInclusion
      && !including.contains(where: outcome.range.names.contains) && known == state
    {
      add(outcome.range)
      return outcome
    }
    return nil
  }

  /// Checks a file, unless that has been done too often.
  func check(
    _ name: String, in state: InclusionState, _ work: () -> InclusionOutcome
  ) -> InclusionOutcome? {
    guard checks < Inclusions.mostChecks, !(isEndless && outcomes[name] != nil) else { return nil }
    checks += 1
    open.append(Range())
    var outcome = work()
    var range = open.removeLast()
    range.names.insert(name)
    range.height += 1
    outcome.range = range
    add(range)
    // What the files around it have cut short may be whole elsewhere.
    outcomes[name, default: []] += range.isCut ? [] : [(state, outcome)]
    return outcome
  }

  private func add(_ range: Range) {
    let last = open.count - 1
    open[last].names.formUnion(range.names)
    open[last].height = max(open[last].height, range.height)
    open[last].isCut = open[last].isCut || range.isCut
  }
}

/// All that what is found in an included file depends on, beside its text.
struct InclusionState: Equatable {
  var variables: Scope
  var procedures: [String: Procedure]
  /// With generations counted from 1.
  var ledger: NounLedger
  var touched: TouchedFiles
  var hasUnseen: Bool
  var isConditional: Bool
  var loops: Int
  var followsNouns: Bool
  /// The first file, from whose folder paths are seen; nil for a line of the prompt.
  var first: String?
}

/// What checking an included file has found, and what is known after it.
struct InclusionOutcome {
  var diagnostics: [Diagnostic]
  var variables: Scope
  var procedures: [String: Procedure]
  var ledger: NounLedger
  var touched: TouchedFiles
  var hasUnseen: Bool
  var range = Inclusions.Range()
}
