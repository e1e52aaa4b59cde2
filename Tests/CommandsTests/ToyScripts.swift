import Commands
import Language
import Reports

/// A suite that runs scripts on the toys, split into tasks, and reads what they say.
protocol ToyScripts {}

extension ToyScripts {
  func run(
    _ lines: [String], _ host: RecordingHost = RecordingHost(), _ store: KeepingTests.Shelf? = nil
  ) -> (result: RunResult, reports: [Report], session: Session) {
    var interpreter = Interpreter()
    interpreter.execution.store = store
    var reports: [Report] = []
    let text = (["set seed=7", "load data", "split tasks"] + lines).joined(separator: "\n")
    let result = interpreter.run(Source(text: text), host: host) { event in
      if let report = event.report { reports.append(report) }
    }
    return (result, reports, interpreter.session)
  }

  func number(_ report: Report?, _ field: String) -> Double {
    report?.result[field].flatMap { Double.read($0) } ?? .nan
  }

  func said(_ report: Report?) -> String {
    (report?.blocks ?? []).map { "\($0)" }.joined(separator: "\n")
  }
}
