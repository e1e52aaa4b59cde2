import Language

/// What a run has done of the statement that it is in: if it goes no further, this makes the same state.
struct CompletedParts {
  struct Part {
    var text: String
    /// How much the run has said when it ended.
    var end: Int
  }

  /// What came to its end in the innermost block.
  var parts: [Part] = []
  /// Whether a training among that was stopped, so that it would do more as it was written.
  var isCut = false
}

extension Run {
  /// Does what is made of statements, and leaves in `completed` those that were done, if that is not all.
  ///
  /// - Parameter written: how the whole is written that does just that.
  mutating func recordingParts(
    _ written: ([CompletedParts.Part]) -> [CompletedParts.Part],
    _ work: (inout Run) throws(Stop) -> Void
  ) throws(Stop) {
    completed.parts = []
    do throws(Stop) { try work(&self) } catch {
      completed.parts = written(completed.parts)
      throw error
    }
    completed.parts = completed.isCut ? written(completed.parts) : []
  }

  /// Runs one of several statements, and adds to `completed` what it came to.
  mutating func recordingParts(
    _ statement: Statement, _ work: (inout Run) throws(Stop) -> Void
  ) throws(Stop) {
    let done = completed.parts
    let before = interpreter
    try recordingParts({ done + $0 }, work)
    guard completed.parts.isEmpty else { return }
    var text = source.slice(statement.range)
    if let stop = interpreter.stopped(since: before),
      let stopping = stop.written(
        in: statement, of: source, interpreter.catalog), stopping != text
    {
      text = stopping
      completed.isCut = true
    }
    completed.parts = done + [CompletedParts.Part(text: text, end: said.count)]
  }
}

extension [CompletedParts.Part] {
  /// They in braces, behind statements that say nothing; nothing if there are none.
  func block(_ head: String, _ first: [String] = []) -> [CompletedParts.Part] {
    guard let end = last?.end else { return [] }
    let lines = (first + map(\.text)).flatMap {
      $0.split(separator: "\n", omittingEmptySubsequences: false)
    }
    let text = "\(head) {\n" + lines.map { "  \($0)\n" }.joined() + "}"
    return [CompletedParts.Part(text: text, end: end)]
  }
}

extension Value {
  /// Whether there is a text for it; for a result there is none.
  var isWritable: Bool {
    switch self {
    case .record: false
    case .list(let values): values.allSatisfy(\.isWritable)
    default: true
    }
  }
}

extension Loop {
  /// Its whole rounds, and what was done in the one behind them.
  ///
  /// - Parameter end: how much had been said before that one.
  func written(
    of source: Source, _ elements: [Value], whole count: Int, until end: Int,
    then last: [CompletedParts.Part]
  ) -> [CompletedParts.Part] {
    let head = "for \(variable.text) in "
    let values = elements.prefix(count + 1).enumerated().map { index, element in
      element.isWritable
        ? element.sourceText : source.slice(sequence.range) + "[\(index + 1)]"
    }
    let whole = "\(head)[\(values.prefix(count).joined(separator: ", "))] "
    return
      (count == 0 ? [] : [CompletedParts.Part(text: whole + source.slice(body.range), end: end)])
      + last.block("\(head)[\(values.last ?? "")]")
  }
}
