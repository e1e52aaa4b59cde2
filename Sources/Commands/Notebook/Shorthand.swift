import Language

/// What a line stands for that is no statement, and means one at the prompt.
///
/// `$r.mae` shows a value, and `export` with the name of a document writes one.
package func spelledOut(_ text: String) -> String {
  let source = Source(text: text)
  if text.hasPrefix("$") {
    let shown = "\(Show.name) \(text)"
    let (script, faults) = parse(shown)
    let calls = script.statements.flatMap(\.calls)
    return faults.isEmpty && calls.count == 1 && calls[0].arguments.count == 1 ? shown : text
  }
  guard text.hasPrefix(Export.name), let call = parse(text).script.statements.first?.calls.first,
    call.verb.text == Export.name,
    call.arguments.count == 1, case .text(let parts) = call.arguments[0].value.kind,
    case .literal(let path)? = parts.first, notebookFormat(of: path) != nil
  else { return text }
  return source.replacing(call.verb.range, in: text, with: Publish.name)
}
