import Commands
import Language
import Reports

/// What a check has found, in the Static Analysis Results Interchange Format 2.1.0 (OASIS 2020), which code hosts
/// show beside the lines.
package struct SarifReport {
  private var results: [JSON] = []
  private var rules: [String] = []

  package init() {}

  /// Adds what is wrong with a source.
  package mutating func add(_ faults: [Diagnostic], in source: Source) {
    for fault in faults {
      if !rules.contains(fault.code) { rules.append(fault.code) }
      results.append(result(fault, in: source))
    }
  }

  package var json: JSON {
    .object([
      "$schema": .string("https://json.schemastore.org/sarif-2.1.0.json"),
      "version": .string("2.1.0"),
      "runs": .array([
        .object([
          "tool": .object([
            "driver": .object([
              "name": .string("mrs"), "version": .string(Version.text),
              "rules": .array(rules.map(rule)),
            ])
          ]),
          "columnKind": .string("unicodeCodePoints"), "results": .array(results),
        ])
      ]),
    ])
  }

  private func rule(_ code: String) -> JSON {
    let page = codePage(of: code)
    let title = page?.title ?? code
    let text = page.flatMap { $0.text.isEmpty ? nil : $0.text } ?? title
    return .object([
      "id": .string(code), "shortDescription": message(title), "fullDescription": message(text),
      "help": message("`mrs help \(code)` explains it."),
    ])
  }

  private func message(_ text: String) -> JSON { .object(["text": .string(text)]) }

  private func result(_ fault: Diagnostic, in source: Source) -> JSON {
    var members: [JSON.Member] = [
      .init("ruleId", .string(fault.code)),
      .init("ruleIndex", .number(rules.firstIndex(of: fault.code) ?? 0)),
      .init("level", .string(fault.severity.rawValue)),
      .init("message", message(fault.inOneLine)),
      .init("locations", .array([location(fault.primary, in: source)])),
    ]
    if !fault.secondary.isEmpty {
      members.append(
        .init("relatedLocations", .array(fault.secondary.map { location($0, in: source) })))
    }
    if let fix = fault.fix {
      let replacement = JSON.object([
        "deletedRegion": region(fix.range, in: source), "insertedContent": message(fix.replacement),
      ])
      let change = JSON.object([
        "artifactLocation": artifact(source), "replacements": .array([replacement]),
      ])
      members.append(
        .init(
          "fixes",
          .array([
            .object([
              "description": message("write `\(fix.replacement)`"),
              "artifactChanges": .array([change]),
            ])
          ])))
    }
    return .object(members)
  }

  private func location(_ label: Diagnostic.Label, in source: Source) -> JSON {
    var members: [JSON.Member] = [
      .init(
        "physicalLocation",
        .object([
          "artifactLocation": artifact(source), "region": region(label.range, in: source),
        ]))
    ]
    if !label.text.isEmpty { members.append(.init("message", message(label.text))) }
    return .object(members)
  }

  private func artifact(_ source: Source) -> JSON {
    .object(["uri": .string(source.name.asReference)])
  }

  private func region(_ range: SourceRange, in source: Source) -> JSON {
    let (start, end) = (place(range.lower, source), place(range.upper, source))
    return .object([
      "startLine": .number(start.line), "startColumn": .number(start.column),
      "endLine": .number(end.line), "endColumn": .number(end.column),
    ])
  }

  /// A place whose column is counted in code points.
  private func place(_ offset: Int, _ source: Source) -> (line: Int, column: Int) {
    let line = source.line(of: offset)
    let start = max(source.lineStarts[line - 1], line == 1 ? source.textStart : 0)
    return (line, source.slice(SourceRange(start, offset)).unicodeScalars.count + 1)
  }
}

extension String {
  /// A path as a URI reference, with what has a meaning there as bytes in hexadecimal.
  var asReference: String {
    let digits = Array("0123456789ABCDEF")
    return utf8.map { byte in
      let isPlain =
        (48...57).contains(byte) || (97...122).contains(byte | 0x20) || "-._~/".utf8.contains(byte)
      return isPlain
        ? String(UnicodeScalar(byte)) : "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
    }.joined()
  }
}
