import Commands
import Language
import Reports

/// What came of replaying a script: whether it still does what is recorded in it.
package struct Replay: Sendable {
  package var name: String
  package var status: ExitStatus
  /// What differs or failed, each ready to be read.
  package var failures: [String] = []
  /// How many recorded outputs were compared.
  package var compared = 0
  package var seconds = 0.0
  /// The source with its outputs recorded anew; nil when it did not run to its end.
  package var updated: String?

  /// Runs a source and compares what it says with what is recorded in it.
  ///
  /// - Parameter recordsAll: also outputs that have no record yet enter `updated`.
  package init(of source: Source, host: any Host, recordsAll: Bool = false) {
    name = source.name
    let places = recordings(in: source)
    var outputs = [[String]](repeating: [], count: places.count)
    var interpreter = Interpreter()
    let start = host.now()
    let result = interpreter.run(source, host: host) { outcome in
      guard let report = outcome.report,
        let place = places.firstIndex(where: { $0.statements.covers(outcome.range) })
      else { return }
      outputs[place] += lines(PlainRenderer().text(report))
    }
    seconds = host.now() - start
    status = ExitStatus(result)
    failures = Replay.faults(of: result, in: source)
    for (place, output) in zip(places, outputs) {
      // What was not reached is told by the fault that ended the run.
      guard let recorded = place.lines, status == .success || !output.isEmpty else { continue }
      compared += 1
      guard let difference = firstDifference(recorded: recorded, printed: output) else { continue }
      let line = source.line(of: place.range.lower) + difference.line
      failures.append(
        "\(source.name):\(line): recorded `\(difference.recorded)`, now `\(difference.seen)`\n")
    }
    if status == .success {
      if !failures.isEmpty { status = .differs }
      updated = recorded(
        zip(places, outputs).map { place, output in
          guard place.lines != nil || recordsAll && !output.isEmpty else { return nil }
          return place.lines == nil ? output.map(withoutTimes) : output
        }, in: source)
    }
  }

  private static func faults(of result: RunResult, in source: Source) -> [String] {
    let renderer = PlainRenderer()
    return switch result {
    case .completed: []
    case .interrupted: ["\(source.name): interrupted\n"]
    case .failed(let fault), .expectationFailed(let fault): [renderer.text(fault, in: source)]
    case .invalid(let faults): faults.map { renderer.text($0, in: source) }
    }
  }
}

extension Replay {
  /// The replays as a JUnit report, a suite of one case for each script.
  package static func junit(_ replays: [Replay]) -> String {
    var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    let failed = replays.count { $0.status != .success }
    text += "<testsuite name=\"mrs\" tests=\"\(replays.count)\" failures=\"\(failed)\">\n"
    for replay in replays {
      text +=
        "  <testcase name=\"\(markup(replay.name))\" time=\"\(fixed(replay.seconds, digits: 3))\""
      guard !replay.failures.isEmpty else {
        text += "/>\n"
        continue
      }
      let message = replay.failures.joined(separator: "\n")
      text += ">\n    <failure>\(markup(message))</failure>\n  </testcase>\n"
    }
    return text + "</testsuite>\n"
  }
}

/// The lines of an output; an empty last one is left out.
private func lines(_ text: String) -> [String] {
  var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  if lines.last == "" { lines.removeLast() }
  return lines
}

/// The line with lengths of time, which no two runs share, replaced by their sign.
private func withoutTimes(_ line: String) -> String {
  var words = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
  for index in words.indices.dropLast() where Double(words[index]) != nil {
    let unit = words[index + 1].prefix { $0.isLetter }
    if ["s", "ms", "min", "h"].contains(unit) { words[index] = "<time>" }
  }
  return words.joined(separator: " ")
}

extension SourceRange {
  /// Whether the other begins within this range.
  fileprivate func covers(_ other: SourceRange) -> Bool {
    lower <= other.lower && other.lower < max(upper, lower + 1)
  }
}
