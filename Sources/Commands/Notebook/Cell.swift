import Language
import Reports

/// One thing that was typed at the prompt, and what came of it.
package struct Cell: Sendable {
  package enum Status: String, Sendable {
    case completed, failed, interrupted
  }

  package struct Taken: Sendable, Equatable {
    package var maker: Int
    package var content: String
  }

  /// What the prompt calls it: `mrs [3]> `.
  package var number: Int
  package var text: String
  package var status: Status = .completed
  package var reports: [Report] = []
  /// Which line of statements said each report, counted from 0.
  package var places: [Int] = []
  /// What a script has recorded of such lines, where the cell did not run.
  package var recorded: [Int: String] = [:]
  package var faults: [Diagnostic] = []
  /// What the places of the faults count in; its own text if nothing else is said.
  package var faultSource: Source
  package var seconds = 0.0
  /// Whether it left a model whose training was stopped.
  package var isPartial = false
  /// What it read that was there before it: which cell had made that, 0 where none had, and what it was.
  package var takes: [Slot: Taken] = [:]
  /// What it left in the slots that it has written.
  package var makes: [Slot: String] = [:]
  /// Whether the session held the same after it.
  package var changesNothing = false
  /// What it found in files.
  package var facts: [FileFact] = []
  /// The cell whose state it found; 0 is the empty session.
  package var before = 0
  /// The cell that it does again, perhaps changed.
  package var again: Int?

  package init(number: Int, text: String) {
    self.number = number
    self.text = text
    faultSource = Source(text: text)
  }

  /// What failed without becoming a cell.
  init(failing text: String, _ faults: [Diagnostic], number: Int, before: Int) {
    self.init(number: number, text: text)
    self.before = before
    self.faults = faults
    status = .failed
  }

  /// Notes how it ended.
  mutating func close(_ result: RunResult) {
    switch result {
    case .completed: break
    case .interrupted: status = .interrupted
    case .failed(let fault), .expectationFailed(let fault): faults = [fault]
    case .invalid(let found): faults = found
    }
    if !faults.isEmpty { status = .failed }
  }

  /// What it said, as far as that is known.
  var said: [Report] {
    reports + recorded.sorted { $0.key < $1.key }.map { Report([.code($0.value)]) }
  }

  /// Its text as a source, for diagnostics.
  package var source: Source { Source(text: text) }
}
