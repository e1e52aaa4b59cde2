import Language
import Reports

/// A command that may be given several values for an option: it then runs once for every
/// combination, and the session keeps the best run.
package protocol SweepCommand: Command {
  /// The field of its result that is lowest for the best run, and what a report calls it.
  static var objective: (field: String, title: String) { get }
  /// The code of a failure that ends one run and not the sweep: a value that was tried and is no good.
  static var failureOfOneRun: String { get }
}

extension MetaTrain: SweepCommand {
  package static var objective: (field: String, title: String) { ("loss", "validation loss") }
  package static var failureOfOneRun: String { "E0601" }
}

extension Run {
  /// One run of a sweep that is finished.
  private struct Finished {
    var values: [Value]
    var result: Record
    var session: Session
  }

  /// Runs a command once for every combination of the values of its options, each time on the session
  /// as it was, and keeps what the best run made.
  mutating func run(
    _ sweep: Sweep, of type: any SweepCommand.Type, _ call: Call
  ) throws(Stop) -> Report {
    let before = interpreter.session
    var best: Finished?
    var results: [(values: [Value], result: Record)] = []
    var isPartial = false
    var failed: [Diagnostic] = []
    for number in 0..<sweep.count {
      let (arguments, values) = sweep.run(number)
      interpreter.session = before
      do throws(Stop) {
        var root: any Configurable = type.init()
        let bound = BoundArguments(arguments, to: &root)
        if let problem = bound.binding.problems.first?.problem {
          throw .failed(placed(problem.diagnostic(at: call.range)))
        }
        guard let command = root as? any Command else { continue }
        let result = try run(command, call).result
        results.append((values, result))
        if best.map({ isBetter(result, than: $0.result, type) }) ?? true {
          best = Finished(values: values, result: result, session: interpreter.session)
        }
      } catch {
        interpreter.session = before
        if case .failed(let fault) = error, fault.code == type.failureOfOneRun {
          failed.append(fault)
          results.append((values, Record()))
          continue
        }
        // What is finished when the user stops is not lost.
        guard case .interrupted = error, best != nil else { throw error }
        isPartial = true
      }
      if isPartial { break }
    }
    guard let best else { throw failed.last.map { .failed($0) } ?? .interrupted }
    interpreter.session = best.session
    interpreter.session.sweep = SweepOutcome(
      title: "Sweep of \(interpreter.session.model?.title ?? call.verb.text)", keys: sweep.keys,
      objective: type.objective.title,
      runs: results.map { run in
        (run.values.map(\.text), Double.read(run.result[type.objective.field] ?? .word("")) ?? .nan)
      })
    var report = report(sweep, results, best, type, call, isPartial)
    if let fault = failed.last {
      report.blocks.append(
        .warning("\(failed.count) of \(sweep.count) runs failed; the last: \(fault.message)."))
    }
    return report
  }

  private func isBetter(
    _ result: Record, than other: Record, _ type: any SweepCommand.Type
  ) -> Bool {
    guard case .number(let a)? = result[type.objective.field],
      case .number(let b)? = other[type.objective.field]
    else { return false }
    return a.value < b.value || b.value.isNaN
  }

  private func report(
    _ sweep: Sweep, _ results: [(values: [Value], result: Record)], _ best: Finished,
    _ type: any SweepCommand.Type, _ call: Call, _ isPartial: Bool
  ) -> Report {
    let fields = best.result.fields.filter { field in
      if case .number = field.value { true } else { false }
    }.map(\.name)
    var table = Table(
      "\(results.count) runs of \(call.verb.text)",
      columns: (sweep.keys + fields).map { .init($0, .right) })
    table.rows = results.map { run in
      run.values.map { .text($0.text) } + fields.map { cell(run.result[$0]) }
    }
    table.emphasis = results.firstIndex { $0.values == best.values }
    let options = zip(sweep.keys, best.values).map { "\($0)=\($1.text)" }.joined(separator: " ")
    var blocks: [Report.Block] = [
      .table(table), .text("Kept the run with the lowest \(type.objective.title): \(options)."),
    ]
    if isPartial {
      blocks.append(.warning("Stopped after \(results.count) of \(sweep.count) runs."))
    }
    var result = best.result
    result["runs"] = .list(
      results.map { run in
        .record(Record(zip(sweep.keys, run.values).map { .init($0, $1) } + run.result.fields))
      })
    return Report(blocks, result: result)
  }

  private func cell(_ value: Value?) -> Table.Cell {
    guard case .number(let number)? = value else { return .missing }
    return Int(exactly: number.value).map { .count($0) } ?? .number(number.value, digits: 4)
  }
}
