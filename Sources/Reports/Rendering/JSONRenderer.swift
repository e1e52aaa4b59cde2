import Language

/// For programs: one object a line, with numbers as they are.
package struct JSONRenderer: Renderer {
  package var page = Page()

  package init() {}

  package static let signature = Signature<Self>(
    "json", "One JSON object a line, numbers with all their digits, for programs.",
    [.width], examples: [Example("mrs run --format json quickstart.mrs")])

  package func text(_ report: Report) -> String {
    guard !report.blocks.isEmpty || !report.result.fields.isEmpty else { return "" }
    return JSON.object([
      "blocks": .array(report.blocks.map(block)), "result": value(.record(report.result)),
    ]).text + "\n"
  }

  package func text(_ diagnostic: Diagnostic, in source: Source) -> String {
    var members: [JSON.Member] = [
      .init("code", .string(diagnostic.code)),
      .init("severity", .string(diagnostic.severity.rawValue)),
      .init("message", .string(diagnostic.message)),
      .init("file", .string(source.name)),
    ]
    members += place(diagnostic.primary, in: source)
    members.append(
      .init("secondary", .array(diagnostic.secondary.map { .object(place($0, in: source)) })))
    members.append(.init("help", .array(diagnostic.help.map { .string($0) })))
    if let fix = diagnostic.fix {
      members.append(
        .init(
          "fix",
          .object([
            "start": .number(fix.range.lower), "end": .number(fix.range.upper),
            "replacement": .string(fix.replacement), "certain": .truth(fix.isCertain),
          ])))
    }
    return JSON.object(members).text + "\n"
  }

  private func place(_ label: Diagnostic.Label, in source: Source) -> [JSON.Member] {
    let position = source.position(of: label.range.lower)
    return [
      .init("line", .number(position.line)), .init("column", .number(position.column)),
      .init("start", .number(label.range.lower)), .init("end", .number(label.range.upper)),
      .init("label", .string(label.text)),
    ]
  }

  private func block(_ block: Report.Block) -> JSON {
    switch block {
    case .text(let text): .object(["text": .string(text)])
    case .note(let text): .object(["note": .string(text)])
    case .warning(let text): .object(["warning": .string(text)])
    case .heading(let text): .object(["heading": .string(text)])
    case .code(let text): .object(["code": .string(text)])
    case .table(let table): .object(["table": self.table(table)])
    case .curve(let curve): .object(["curve": self.curve(curve)])
    case .graph(let graph): .object(["graph": self.graph(graph)])
    }
  }

  private func table(_ table: Table) -> JSON {
    var members: [JSON.Member] = [.init("title", .string(table.title))]
    if let keys = table.keys {
      members.append(.init("keys", .object(keys.map { .init($0.name, .string($0.value)) })))
    }
    members += [
      .init(
        "columns",
        .array(
          table.columns.map { .object(["title": .string($0.title), "unit": .string($0.unit)]) })),
      .init("rows", .array(table.rows.map { .array($0.map(cell)) })),
      .init("emphasis", table.emphasis.map { .number($0) } ?? .null),
      .init("footnotes", .array(table.footnotes.map { .string($0) })),
    ]
    return .object(members)
  }

  private func cell(_ cell: Table.Cell) -> JSON {
    switch cell {
    case .text(let text): .string(text)
    case .count(let count): .number(count)
    case .number(let value, _): .number(value)
    case .interval(let value, let halfWidth, _):
      .object(["value": .number(value), "half-width": .number(halfWidth)])
    case .missing: .null
    }
  }

  private func curve(_ curve: Curve) -> JSON {
    .object([
      "title": .string(curve.title), "x": .string(curve.xLabel), "y": .string(curve.yLabel),
      "mark": .string(curve.mark.rawValue), "names": .array(curve.names.map { .string($0) }),
      "series": .array(
        curve.series.map { series in
          .object([
            "name": .string(series.name),
            "points": .array(series.points.map { .array([.number($0.x), .number($0.y)]) }),
          ])
        }),
    ])
  }

  private func graph(_ graph: Graph) -> JSON {
    .object([
      "title": .string(graph.title),
      "nodes": .array(
        graph.nodes.map {
          .object([
            "id": .string($0.id), "label": .string($0.label), "detail": .string($0.detail),
            "state": .string($0.state.rawValue),
          ])
        }),
      "edges": .array(
        graph.edges.map { .object(["from": .string($0.from), "to": .string($0.to)]) }),
    ])
  }

  private func value(_ value: Value) -> JSON {
    switch value {
    case .number(let number): .number(number.value)
    case .text(let text), .word(let text): .string(text)
    case .truth(let truth): .truth(truth)
    case .list(let values): .array(values.withoutMissing.map { $0.map(self.value) ?? .null })
    case .range(let low, let high, let step):
      .object(["from": .number(low), "to": .number(high), "step": .number(step)])
    case .record(let record):
      .object(record.fields.map { .init($0.name, self.value($0.value)) })
    }
  }
}
