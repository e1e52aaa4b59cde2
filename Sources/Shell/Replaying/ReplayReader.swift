import Commands
import Language
import Reports

/// Reads from a run what of the script held.
struct ReplayReader {
  let source: Source
  let places: [Recording]
  let run: WatchedRun

  var cases: [Replay.Case] {
    let all = [checking] + outputs + expectations + failing
    return ([all[0]] + all.dropFirst().stablySorted(by: \.line)).withNamesOfTheirOwn
  }

  /// A case that failed for what a diagnostic says.
  private func failed(_ name: String, _ faults: [Diagnostic]) -> Replay.Case {
    let first = faults.first { $0.severity == .error } ?? faults.first
    let place = source.position(of: first?.primary.range.lower ?? 0)
    var found = Replay.Case(
      name: name, line: place.line,
      verdict: .failed(faults.map { PlainRenderer().text($0, in: source) }.joined()))
    found.column = place.column
    found.summary = first.map(\.inOneLine) ?? ""
    return found
  }

  /// A statement as a name: its first line, with blanks as one.
  private func title(_ range: SourceRange) -> String {
    source.slice(range).prefix { !$0.isNewline }.split(separator: " ").joined(separator: " ")
  }

  private var checking: Replay.Case {
    guard case .invalid(let faults) = run.result else {
      return Replay.Case(name: "parses and checks", line: 1, verdict: .passed)
    }
    return failed("parses and checks", faults)
  }

  /// How far the run came in the source.
  private var reached: Int {
    switch run.result {
    case .completed: source.text.utf8.count + 1
    case .failed(let fault), .expectationFailed(let fault): fault.primary.range.lower
    case .invalid, .interrupted: 0
    }
  }

  private var outputs: [Replay.Case] {
    places.indices.compactMap { index in
      let place = places[index]
      guard let recorded = place.lines else { return nil }
      let first = source.line(of: place.range.lower)
      var found = Replay.Case(
        name: "output of \(title(place.statements))", line: first, verdict: .passed,
        seconds: run.times[index])
      found.isOutput = true
      let printed = run.outputs[index]
      if run.result != .completed, place.statements.upper > reached || printed.isEmpty {
        found.verdict = .skipped
      } else if let difference = firstDifference(recorded: recorded, printed: printed) {
        found.verdict = .failed(message(difference, at: index, first))
        found.line = first + difference.line
        found.summary = summary(difference, at: index)
      }
      return found
    }
  }

  /// The recorded line beside the line that is printed now, and which state differed first.
  private func message(_ difference: OutputDifference, at index: Int, _ first: Int) -> String {
    let line = first + difference.line
    let recorded = source.text(ofLine: line).drop { $0 == " " }
    let printed = run.outputs[index]
    let now = difference.line < printed.count ? printed[difference.line] : "nothing more"
    var text =
      "\(source.name):\(line): recorded `\(difference.recorded)`, now `\(difference.seen)`\n"
    if recorded.hasPrefix("#>") {
      text += "  recorded  \(recorded.dropFirst(2).drop { $0 == " " })\n  now       \(now)\n"
    }
    if let divergence { text += "  \(divergence)\n" }
    return text
  }

  private func summary(_ difference: OutputDifference, at index: Int) -> String {
    let printed = run.outputs[index]
    let now = difference.line < printed.count ? ", in: \(printed[difference.line])" : ""
    return "recorded `\(difference.recorded)`, now `\(difference.seen)`\(now)"
  }

  /// The first statement whose recorded state is another one now, and what of it differs.
  var divergence: String? {
    for (place, state) in zip(places, run.states) {
      guard let recorded = place.state, let state else { continue }
      if let part = StateFingerprint(reading: recorded).firstDifference(from: state) {
        return "first other state: \(part) after \(named(place))"
      }
    }
    return nil
  }

  /// `line 4, `split tasks``
  func named(_ place: Recording) -> String {
    let text = source.slice(place.statements)
    let head = text.prefix { !$0.isNewline }
    return "line \(source.line(of: place.statements.lower)), `\(head)`"
  }

  private var expectations: [Replay.Case] {
    var known = source.expectations.map { range in
      Replay.Case(
        name: title(range), line: source.line(of: range.lower), verdict: .skipped)
    }
    let ranges = source.expectations
    for met in run.expectations {
      let index: Int
      if let place = ranges.firstIndex(of: met.range) {
        index = place
      } else {
        // One of an included file or of a procedure stands where that was called.
        let line = source.line(of: met.range.lower)
        known.append(
          Replay.Case(
            name: "an expectation that \(title(met.range)) runs", line: line, verdict: .passed))
        index = known.count - 1
      }
      known[index].seconds += met.seconds
      if let fault = met.fault {
        let found = failed(known[index].name, [fault])
        (known[index].verdict, known[index].summary) = (found.verdict, found.summary)
        (known[index].line, known[index].column) = (found.line, found.column)
      } else if known[index].failure == nil {
        known[index].verdict = .passed
      }
    }
    return known
  }

  /// The statement that ended the run.
  private var failing: [Replay.Case] {
    switch run.result {
    case .completed, .invalid, .expectationFailed: return []
    case .interrupted:
      return [Replay.Case(name: "runs to its end", line: 0, verdict: .failed("interrupted\n"))]
    case .failed(let fault):
      let line = source.line(of: fault.primary.range.lower)
      let text = source.text(ofLine: line).split(separator: " ").joined(separator: " ")
      return [failed("\(text) runs", [fault])]
    }
  }

  /// The data for want of which alone the script could not run, where it says what fetches them.
  var missingData: FetchedData? {
    let faults: [Diagnostic] =
      switch run.result {
      case .invalid(let faults): faults.filter { $0.severity == .error }
      case .failed(let fault): [fault]
      case .completed, .expectationFailed, .interrupted: []
      }
    guard let first = faults.first else { return nil }
    let data = source.fetchedData
    guard faults.allSatisfy({ fault in data.contains { $0.areMissed(by: fault) } }) else {
      return nil
    }
    return data.first { $0.areMissed(by: first) }
  }

  /// Recorded output that nothing is compared with, and a state that differs while all outputs agree.
  var remarks: [String] { loose + otherState }

  private var loose: [String] {
    let lines = looseOutputs(in: source)
    guard let first = lines.first else { return [] }
    let others = lines.count > 1 ? " (and \(lines.count - 1) more)" : ""
    return [
      "line \(first)\(others): output that is recorded under no statement is not compared with anything"
    ]
  }

  private var otherState: [String] {
    guard run.result == .completed, outputs.allSatisfy({ $0.verdict == .passed }), let divergence
    else { return [] }
    return ["all outputs agree, but \(divergence)"]
  }

  /// The source with what was printed recorded in it.
  func updated(recordsAll: Bool) -> String {
    let texts = zip(places, run.outputs).map { place, output -> [String]? in
      place.lines != nil || recordsAll && !output.isEmpty ? output.map(withoutTimes) : nil
    }
    let states = zip(places, run.states).map { place, state -> String? in
      place.state != nil || recordsAll ? state?.text : nil
    }
    return recorded(texts, states: states, in: source)
  }
}

extension Source {
  /// Where its expectations stand, those of blocks included, but not those of procedures.
  var expectations: [SourceRange] {
    func all(_ statements: [Statement]) -> [SourceRange] {
      statements.flatMap { statement -> [SourceRange] in
        switch statement.kind {
        case .expectation: [statement.range]
        case .definition: []
        default: statement.blocks.flatMap { all($0.statements) }
        }
      }
    }
    return all(parse(text).script.statements)
  }
}

extension [Replay.Case] {
  /// The same with a number behind each name that an earlier one has.
  fileprivate var withNamesOfTheirOwn: [Replay.Case] {
    var counts: [String: Int] = [:]
    return map { found in
      var found = found
      let count = (counts[found.name] ?? 0) + 1
      counts[found.name] = count
      if count > 1 { found.name += " (\(count))" }
      return found
    }
  }
}

extension Diagnostic {
  /// What is wrong, as an annotation has room for it: the message, what stands under the line, and the helps.
  var inOneLine: String {
    ([message + (primary.text.isEmpty ? "" : " — \(primary.text)")] + help).joined(separator: "; ")
  }
}

extension Replay.Case {
  /// What failed in one line, cut where it is too long for an annotation.
  var shortened: String {
    let text = summary.isEmpty ? String(failure?.prefix { $0 != "\n" } ?? "") : summary
    return text.count > 300 ? text.prefix(300) + "…" : text
  }
}
