/// The deepest nesting of included files, with the script itself.
package let deepestInclusion = 32

/// A cache of checked files, shared by all checkers of one script: a file is read once, and checked once for
/// each state of names and nouns that it is included in.
final class Inclusions {
  /// The most checks of files; what is included beyond counts as unseen.
  private static let mostChecks = 10_000

  /// A file and what is known from its text alone.
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
    // A result that was cut short by the files around it is not cached: elsewhere it may be complete.
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

/// The key of the cache: all but its text that checking an included file depends on.
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

/// The value of the cache: the diagnostics of an included file, and the context after it.
struct InclusionOutcome {
  var diagnostics: [Diagnostic]
  var variables: Scope
  var procedures: [String: Procedure]
  var ledger: NounLedger
  var touched: TouchedFiles
  var hasUnseen: Bool
  var range = Inclusions.Range()
}
