import Commands
import Language
import Reports

/// What is wrong with a document, and how it is mended.
extension LanguageServer {
  /// Looks at the files beside a document, and writes none.
  func host(of document: TextDocument) -> TerminalHost {
    let folder = TextDocument.path(document.uri).map { Files.folder(of: $0) } ?? "."
    return TerminalHost(directory: folder)
  }

  private func faults(of document: TextDocument) -> [Diagnostic] {
    Interpreter().check(document.source, host: host(of: document), lints: true)
  }

  func diagnostics(of document: TextDocument) -> [JSON] {
    faults(of: document).map { json($0, document) }
  }

  private func json(_ fault: Diagnostic, _ document: TextDocument) -> JSON {
    let label = fault.primary.text.isEmpty ? "" : " — \(fault.primary.text)"
    let text = ([fault.message + label] + fault.help.map { "help: \($0)" }).joined(separator: "\n")
    var members: [JSON.Member] = [
      .init("range", document.json(fault.primary.range)),
      .init("severity", .number(fault.severity == .error ? 1 : 2)),
      .init("code", .string(fault.code)), .init("source", .string("mrs")),
      .init("message", .string(text)),
    ]
    if ["W0602", "W0607", "E0405"].contains(fault.code) {
      members.append(.init("tags", .array([.number(1)])))
    }
    if !fault.secondary.isEmpty {
      members.append(
        .init(
          "relatedInformation",
          .array(
            fault.secondary.map {
              .object([
                "location": document.location($0.range), "message": .string($0.text),
              ])
            })))
    }
    return .object(members)
  }

  func codeActions(_ document: TextDocument, _ parameters: JSON) throws(Refusal) -> JSON {
    guard let range = parameters["range"].flatMap({ document.range($0) }) else {
      throw Refusal.parameters
    }
    let faults = faults(of: document)
    let asked = parameters["context"]?["only"]?.array?.compactMap(\.string)
    func isWanted(_ kind: String) -> Bool {
      asked?.contains { kind == $0 || kind.hasPrefix($0 + ".") } ?? true
    }
    var actions: [JSON] = []
    for fault in faults where isWanted("quickfix") {
      let place = fault.primary.range
      guard let fix = fault.fix, place.lower <= range.upper, range.lower <= place.upper else {
        continue
      }
      let title = fix.replacement.isEmpty ? "Delete this" : "Write `\(fix.replacement.oneLine)`"
      actions.append(
        .object([
          "title": .string(title), "kind": .string("quickfix"),
          "isPreferred": .truth(fix.isCertain), "diagnostics": .array([json(fault, document)]),
          "edit": edit(document, [(fix.range, fix.replacement)]),
        ]))
    }
    let (text, count) = applyingFixes(of: faults, to: document.text)
    if isWanted("source.fixAll"), count > 0 {
      let all = SourceRange(0, document.text.utf8.count)
      actions.append(
        .object([
          "title": .string("Mend all that is certainly meant otherwise"),
          "kind": .string("source.fixAll"), "edit": edit(document, [(all, text)]),
        ]))
    }
    return .array(actions)
  }

  /// Changes of one document.
  func edit(_ document: TextDocument, _ changes: [(SourceRange, String)]) -> JSON {
    let edits = changes.map { textEdit(document, $0.0, $0.1) }
    return .object(["changes": .object([.init(document.uri, .array(edits))])])
  }

  func textEdit(_ document: TextDocument, _ range: SourceRange, _ text: String) -> JSON {
    .object(["range": document.json(range), "newText": .string(text)])
  }

  func formatting(_ document: TextDocument) -> JSON {
    guard let text = formatted(document.text) else { return .null }
    guard text != document.text else { return .array([]) }
    return .array([textEdit(document, SourceRange(0, document.text.utf8.count), text)])
  }
}

extension String {
  fileprivate var oneLine: String { replacing("\n", with: " ⏎ ") }
}
