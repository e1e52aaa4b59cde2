import Language

/// Where a training was stopped: after so many epochs, or a sweep after so many of its runs.
package struct TrainingStop: Sendable, Equatable {
  package static let option = "stop-after"

  package var count: Int

  package init(after count: Int) { self.count = count }

  /// `stop-after=3`, for every command that trains.
  static func parameter<Root>(_ path: Path<Root, Int?>) -> Parameter<Root> {
    .option(
      option, path, in: 0...100_000,
      "stops as Ctrl-C does: when so many epochs are done, or runs of a sweep")
  }

  /// The text of a statement with `stop-after` added, so that a replay stops at the same place; nil without a
  /// training in it.
  func written(
    in statement: Statement, of source: Source, _ catalog: Catalog<any Command>
  ) -> String? {
    let call = statement.calls.last { call in
      catalog.types.contains { type in
        type.name == call.verb.text && type.form.parameters.contains { $0.name == Self.option }
      }
    }
    guard let call else { return nil }
    let text = source.setting(Self.option, to: "\(count)", in: source.text, of: call)
    let growth = text.utf8.count - source.text.utf8.count
    return Source(text: text).slice(
      SourceRange(statement.range.lower, statement.range.upper + growth))
  }
}

extension Sweep {
  /// What is wrong with several values for `stop-after`.
  var severalEnds: Problem? {
    guard keys.contains(TrainingStop.option) else { return nil }
    return Problem(
      "E0306", "`\(TrainingStop.option)` ends a whole sweep, and cannot be what its runs differ in",
      help: ["give it one value, or `epochs` several"])
  }
}
