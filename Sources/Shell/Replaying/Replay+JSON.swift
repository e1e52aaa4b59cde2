import Commands
import Language
import Reports

extension Replay {
  /// The replay for a program that reads it, and for another process of this one.
  package var json: JSON {
    .object([
      "file": .string(name), "status": .number(Int(status.rawValue)), "seconds": .number(seconds),
      "seed": .number(seed), "remarks": .array(remarks.map { .string($0) }),
      "cases": .array(cases.map(\.json)), "updated": updated.map { .string($0) } ?? .null,
      "ran": ran.map { .string($0) } ?? .null,
      "cached": .truth(isCached), "taken": .number(resultsTaken),
      "fetching": fetching.map { .string($0) } ?? .null,
    ])
  }

  package init?(_ json: JSON) {
    guard let name = json["file"]?.string,
      let status = json["status"]?.number.flatMap({ ExitStatus(rawValue: Int32($0)) }),
      let cases = json["cases"]?.array
    else { return nil }
    self.init(name: name, status: status)
    self.cases = cases.compactMap { Case($0) }
    remarks = (json["remarks"]?.array ?? []).compactMap(\.string)
    seconds = json["seconds"]?.number ?? 0
    seed = Int(json["seed"]?.number ?? 0)
    updated = json["updated"]?.string
    ran = json["ran"]?.string
    isCached = json["cached"] == .truth(true)
    fetching = json["fetching"]?.string
    resultsTaken = json["taken"]?.number.flatMap { Int(exactly: $0) } ?? 0
  }
}

extension Replay.Case {
  fileprivate var json: JSON {
    let (word, message): (String, String) =
      switch verdict {
      case .passed: ("passed", "")
      case .failed(let message): ("failed", message)
      case .skipped: ("skipped", "")
      }
    return .object([
      "name": .string(name), "line": .number(line), "column": .number(column),
      "verdict": .string(word), "message": .string(message), "summary": .string(summary),
      "seconds": .number(seconds), "output": .truth(isOutput),
    ])
  }

  fileprivate init?(_ json: JSON) {
    guard let name = json["name"]?.string, let word = json["verdict"]?.string else { return nil }
    self.init(
      name: name, line: Int(json["line"]?.number ?? 0),
      verdict: word == "failed"
        ? .failed(json["message"]?.string ?? "") : word == "passed" ? .passed : .skipped,
      seconds: json["seconds"]?.number ?? 0)
    column = json["column"]?.number.flatMap { Int(exactly: $0) } ?? 0
    summary = json["summary"]?.string ?? ""
    isOutput = json["output"] == .truth(true)
  }
}

extension Replay {
  /// Why nothing ran, with the remedy; nil when something did.
  package var reasonToSkip: String? {
    fetching.map { "the data are not there: `\($0)` fetches them" }
  }
}
