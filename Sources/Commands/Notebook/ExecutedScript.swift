import Language
import Reports

/// A script as the cells of a document, with what its run has said so far. The document ends where the run did.
package struct ExecutedScript: Sendable {
  private let source: Source
  private var all: [Cell]
  /// The line that each cell begins in.
  private let starts: [Int]
  /// The cell in which the run ended before its time.
  private var last: Int?
  /// Where the statement stands that has ended last.
  private var reached = -1

  /// - Parameter given: values that the run was given for parameters, as they were written.
  package init(_ source: Source, given: [String] = []) {
    self.source = source
    let script = ScriptCells(source)
    starts = script.starts
    all = script.cells.map { cell in
      var cell = cell
      cell.recorded = [:]
      cell.faultSource = source
      return cell
    }
    let parameter = source.parsed.script.statements.first {
      if case .parameter = $0.kind { true } else { false }
    }
    if let parameter, !given.isEmpty {
      add(
        Report([.note("Given to this run: \(given.joined(separator: ", ")).")]),
        at: parameter.range.lower)
    }
  }

  /// The cells up to where the run has come.
  package var cells: [Cell] { last.map { Array(all[...$0]) } ?? all }

  package mutating func take(_ event: WorkbenchEvent) {
    switch event {
    case .statement(let outcome):
      reached = max(reached, outcome.range.upper)
      if let report = outcome.report { add(report, at: outcome.range.lower) }
    case .ended(let ending):
      switch ending.result {
      case .completed: break
      case .interrupted: end(because: "interrupted")
      case .failed(let fault), .expectationFailed(let fault): end(with: [fault])
      case .invalid(let faults): end(with: faults)
      }
    default: break
    }
  }

  /// The run ended before its time, whatever it was doing.
  package mutating func end(because reason: String) {
    let next = source.parsed.script.statements.first { $0.range.lower >= max(reached, 0) }
    let place = next?.range.lower ?? source.text.utf8.count
    add(Report([.warning("The run ended here: \(reason).")]), at: place)
    last = cell(at: place)
  }

  private mutating func end(with faults: [Diagnostic]) {
    guard let first = faults.first, let place = cell(at: first.primary.range.lower) else { return }
    all[place].faults = faults
    all[place].status = .failed
    last = place
  }

  private mutating func add(_ report: Report, at offset: Int) {
    guard let place = cell(at: offset) else { return }
    all[place].reports.append(report)
    all[place].places.append(line(of: offset, in: place))
  }

  /// The cell that a place of the script lies in.
  private func cell(at offset: Int) -> Int? {
    let line = source.line(of: offset)
    return starts.lastIndex { $0 <= line } ?? (starts.isEmpty ? nil : 0)
  }

  /// Which line of statements of its cell it is, counted from 0.
  private func line(of offset: Int, in cell: Int) -> Int {
    let own = recordings(in: source).filter {
      source.line(of: $0.statements.lower) >= starts[cell] && $0.statements.lower <= offset
    }
    return max(0, own.count - 1)
  }
}
