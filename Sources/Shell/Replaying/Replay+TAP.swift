import Reports

extension Replay {
  /// The replays in the Test Anything Protocol, version 14: a line for each thing that scripts hold, what failed
  /// below it.
  package static func tap(_ replays: [Replay]) -> String {
    let all = replays.flatMap { replay in replay.cases.map { (replay, $0) } }
    var text = "TAP version 14\n1..\(all.count)\n"
    for (index, (replay, found)) in all.enumerated() {
      let name = described("\(replay.name): \(found.name)")
      let head = "\(found.failure == nil ? "ok" : "not ok") \(index + 1) - \(name)"
      switch found.verdict {
      case .passed: text += head + "\n"
      case .skipped: text += head + " # SKIP \(described(replay.reasonToSkip ?? "not reached"))\n"
      case .failed:
        text += head + "\n  ---\n"
        for (key, value) in [
          ("message", JSON.string(found.shortened).text), ("severity", "fail"),
          ("file", JSON.string(replay.name).text), ("line", "\(max(1, found.line))"),
          ("column", "\(max(1, found.column))"),
        ] {
          text += "  \(key): \(value)\n"
        }
        text += "  ...\n"
      }
    }
    return text
  }

  /// A text without what would end it or begin a directive.
  private static func described(_ text: String) -> String {
    LineText.cleaned(text).replacing("\\", with: "\\\\").replacing("#", with: "\\#")
  }
}
