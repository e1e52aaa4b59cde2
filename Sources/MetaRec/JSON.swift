import Reports

/// The values of the library as JSON (RFC 8259) on one line, for programs in other languages. Numbers have all their
/// digits; those that JSON cannot say (NaN, infinity) are null.
extension Value {
  public var json: String { inJSON.text }

  var inJSON: JSON {
    switch self {
    case .number(let number): .number(number)
    case .text(let text): .string(text)
    case .truth(let truth): .truth(truth)
    case .list(let values): .array(values.map(\.inJSON))
    case .record(let fields): .object(fields.map { JSON.Member($0.name, $0.value.inJSON) })
    }
  }
}

extension Diagnostic {
  /// `code`, `severity`, `message`, `line`, `column`, `start`, `end` (null where it has no place), `label`, `help`,
  /// `replacement` and `text`.
  public var json: String { inJSON.text }

  var inJSON: JSON {
    func number(_ value: Int?) -> JSON { value.map { .number($0) } ?? .null }
    return .object([
      "code": .string(code), "severity": .string(severity.rawValue), "message": .string(message),
      "line": number(place?.line), "column": number(place?.column),
      "start": number(place?.range.lowerBound), "end": number(place?.range.upperBound),
      "label": .string(label), "help": .array(help.map { .string($0) }),
      "replacement": replacement.map { .string($0) } ?? .null, "text": .string(text),
    ])
  }
}

extension LaboratoryError {
  /// The diagnostics as an array.
  public var json: String { JSON.array(diagnostics.map(\.inJSON)).text }
}

extension Event {
  /// An object with `event`, which is `progress`, `output` or `remark`, and what belongs to it: of progress `title`,
  /// `done`, `total`, `unit`, `detail` and `recent`; of an output `statement`, `seconds`, `text` and `report`, which
  /// is ``Output/json``; of a remark `diagnostic`.
  public var json: String {
    switch self {
    case .progress(let step):
      JSON.object([
        "event": .string("progress"), "title": .string(step.title), "done": .number(step.done),
        "total": .number(step.total), "unit": .string(step.unit), "detail": .string(step.detail),
        "recent": .array(step.recent.map { .number($0) }),
      ]).text
    case .output(let output):
      JSON.object([
        "event": .string("output"), "statement": .string(output.statement),
        "seconds": .number(output.seconds), "text": .string(output.text()),
      ]).text.dropLast() + ",\"report\":" + output.report.line + "}"
    case .remark(let diagnostic):
      JSON.object(["event": .string("remark"), "diagnostic": diagnostic.inJSON]).text
    }
  }
}

extension Report {
  /// Its JSON without the line end; `null` when it has nothing to say.
  var line: String {
    let text = JSONRenderer().text(self)
    return text.isEmpty ? "null" : String(text.dropLast())
  }
}
