import Reports

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
      "  <testsuite name=\"\(attribute(name))\" file=\"\(attribute(name))\" tests=\"\(cases.count)\" "
      + "failures=\"\(failed)\" skipped=\"\(skipped)\" time=\"\(fixed(seconds, digits: 3))\">\n"
      + "    <properties>\n"
    for (name, value) in [("version", Version.text), ("seed", "\(seed)")] {
      text += "      <property name=\"\(name)\" value=\"\(attribute(value))\"/>\n"
    }
    text += "    </properties>\n"
    for found in cases { text += found.element(of: self) }
    return text + "  </testsuite>\n"
  }
}

extension Replay.Case {
  fileprivate func element(of suite: Replay) -> String {
    let head =
      "    <testcase classname=\"\(attribute(suite.name))\" name=\"\(attribute(name))\" "
      + "file=\"\(attribute(suite.name))\" line=\"\(max(1, line))\" "
      + "time=\"\(fixed(seconds, digits: 3))\""
    switch verdict {
    case .passed: return head + "/>\n"
    case .skipped:
      let reason = suite.reasonToSkip.map { " message=\"\(attribute($0))\"" } ?? ""
      return head + "><skipped\(reason)/></testcase>\n"
    case .failed(let message):
      return head + ">\n      <failure message=\"\(attribute(shortened))\">"
        + LineText.split(message).map { attribute($0) + "\n" }.joined()
        + "</failure>\n    </testcase>\n"
    }
  }
}

/// A text as the value of an attribute.
private func attribute(_ text: String) -> String { markup(LineText.cleaned(text)) }

extension [Int] {
  fileprivate var sum: Int { reduce(0, +) }
}
