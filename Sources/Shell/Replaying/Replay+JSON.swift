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
      "name": .string(name), "line": .number(line), "verdict": .string(word),
      "message": .string(message), "seconds": .number(seconds),
    ])
  }

  fileprivate init?(_ json: JSON) {
    guard let name = json["name"]?.string, let word = json["verdict"]?.string else { return nil }
    self.init(
      name: name, line: Int(json["line"]?.number ?? 0),
      verdict: word == "failed"
        ? .failed(json["message"]?.string ?? "") : word == "passed" ? .passed : .skipped,
      seconds: json["seconds"]?.number ?? 0)
  }
}

extension Replay {
  /// The replays as a JUnit report: a suite for each script, a case for each thing it holds.
  package static func junit(_ replays: [Replay]) -> String {
    let all = replays.map(\.counts)
    let sums = (all.map(\.passed).sum, all.map(\.failed).sum, all.map(\.skipped).sum)
    var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    text +=
      "<testsuites name=\"mrs\" tests=\"\(sums.0 + sums.1 + sums.2)\" failures=\"\(sums.1)\" "
      + "skipped=\"\(sums.2)\">\n"
    for replay in replays { text += replay.suite }
    return text + "</testsuites>\n"
  }

  private var suite: String {
    let (_, failed, skipped) = counts
    var text =
      "  <testsuite name=\"\(markup(name))\" tests=\"\(cases.count)\" failures=\"\(failed)\" "
      + "skipped=\"\(skipped)\" time=\"\(fixed(seconds, digits: 3))\">\n    <properties>\n"
    for (name, value) in [("version", Version.text), ("seed", "\(seed)")] {
      text += "      <property name=\"\(name)\" value=\"\(markup(value))\"/>\n"
    }
    text += "    </properties>\n"
    for found in cases { text += found.element(of: self) }
    return text + "  </testsuite>\n"
  }
}

extension Replay.Case {
  fileprivate func element(of suite: Replay) -> String {
    let head =
      "    <testcase classname=\"\(markup(suite.name))\" name=\"\(markup(name))\" "
      + "time=\"\(fixed(seconds, digits: 3))\""
    switch verdict {
    case .passed: return head + "/>\n"
    case .skipped:
      let reason = suite.reasonToSkip.map { " message=\"\(markup($0))\"" } ?? ""
      return head + "><skipped\(reason)/></testcase>\n"
    case .failed(let message):
      let first = message.prefix { $0 != "\n" }
      return head + ">\n      <failure message=\"\(markup(String(first)))\">"
        + markup(message) + "</failure>\n    </testcase>\n"
    }
  }
}

extension Replay {
  /// Why nothing ran, with the remedy; nil when something did.
  package var reasonToSkip: String? {
    fetching.map { "the data are not there: `\($0)` fetches them" }
  }
}

extension [Int] {
  fileprivate var sum: Int { reduce(0, +) }
}
