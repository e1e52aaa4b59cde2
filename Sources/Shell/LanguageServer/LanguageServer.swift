import Commands
import Language
import Reports

/// A server of the Language Server Protocol 3.17: takes messages, and gives back those that are to be sent. Nothing
/// it is sent ends it but `exit`.
package final class LanguageServer {
  /// Where it is in its life.
  private enum Stage { case new, ready, shutDown }

  private var stage = Stage.new
  var documents: [String: TextDocument] = [:]
  /// The exit status, once the client has asked to end.
  package private(set) var exit: ExitStatus?

  package init() {}

  /// What is to be sent because of a message.
  package func answers(to message: JSON) -> [JSON] {
    if case .array(let batch) = message, !batch.isEmpty { return batch.flatMap { answers(to: $0) } }
    guard let method = message["method"]?.string else {
      // An answer to something that was never asked is nothing to answer.
      let isAnswer = message["result"] != nil || message["error"] != nil
      return isAnswer ? [] : [Self.fault(message["id"], -32600, "a request has a method")]
    }
    let parameters = message["params"] ?? .object([])
    guard let id = message["id"] else { return take(method, parameters) }
    do {
      return [
        .object(["jsonrpc": .string("2.0"), "id": id, "result": try result(method, parameters)])
      ]
    } catch {
      return [Self.fault(id, error.code, error.message)]
    }
  }

  /// The answer to what is no message.
  package static func fault(_ id: JSON?, _ code: Int, _ message: String) -> JSON {
    .object([
      "jsonrpc": .string("2.0"), "id": id ?? .null,
      "error": .object(["code": .number(code), "message": .string(message)]),
    ])
  }

  /// Why a request has no result.
  struct Refusal: Error {
    var code: Int
    var message: String

    static let parameters = Refusal(code: -32602, message: "the parameters do not fit the method")
  }

  // MARK: Notifications

  private func take(_ method: String, _ parameters: JSON) -> [JSON] {
    if method == "exit" {
      exit = stage == .shutDown ? .success : .differs
      return []
    }
    guard stage == .ready, let described = parameters["textDocument"],
      let uri = described["uri"]?.string
    else { return [] }
    switch method {
    case "textDocument/didOpen":
      guard let text = described["text"]?.string else { return [] }
      documents[uri] = TextDocument(uri: uri, text: text)
    case "textDocument/didChange":
      guard var document = documents[uri] else { return [] }
      for change in parameters["contentChanges"]?.array ?? [] { document.take(change) }
      documents[uri] = document
    case "textDocument/didSave": break
    case "textDocument/didClose":
      documents[uri] = nil
      return [published(uri, [])]
    default: return []
    }
    return documents[uri].map { [published(uri, diagnostics(of: $0))] } ?? []
  }

  private func published(_ uri: String, _ diagnostics: [JSON]) -> JSON {
    .object([
      "jsonrpc": .string("2.0"), "method": .string("textDocument/publishDiagnostics"),
      "params": .object(["uri": .string(uri), "diagnostics": .array(diagnostics)]),
    ])
  }

  // MARK: Requests

  private func result(_ method: String, _ parameters: JSON) throws(Refusal) -> JSON {
    switch (stage, method) {
    case (.new, "initialize"):
      stage = .ready
      return Self.abilities
    case (.new, _): throw Refusal(code: -32002, message: "`initialize` comes first")
    case (.shutDown, _): throw Refusal(code: -32600, message: "only `exit` follows `shutdown`")
    case (.ready, "initialize"): throw Refusal(code: -32600, message: "it is initialized already")
    case (.ready, "shutdown"):
      stage = .shutDown
      return .null
    case (.ready, _): return try answer(method, parameters)
    }
  }

  private func answer(_ method: String, _ parameters: JSON) throws(Refusal) -> JSON {
    guard method.hasPrefix("textDocument/") else {
      throw Refusal(code: -32601, message: "there is no method `\(method)`")
    }
    guard let uri = parameters["textDocument"]?["uri"]?.string, let document = documents[uri] else {
      throw Refusal(code: -32602, message: "no such document is open")
    }
    switch method.dropFirst("textDocument/".count) {
    case "formatting": return formatting(document)
    case "documentSymbol": return symbols(document)
    case "semanticTokens/full": return semanticTokens(document)
    case "codeAction": return try codeActions(document, parameters)
    default: break
    }
    guard let offset = parameters["position"].flatMap({ document.offset($0) }) else {
      guard Self.placed.contains(method) else {
        throw Refusal(code: -32601, message: "there is no method `\(method)`")
      }
      throw Refusal.parameters
    }
    switch method.dropFirst("textDocument/".count) {
    case "completion": return completion(document, offset)
    case "hover": return hover(document, offset)
    case "signatureHelp": return signatureHelp(document, offset)
    case "definition": return definition(document, offset)
    case "prepareRename": return renamed(document, offset).map { document.json($0.here) } ?? .null
    case "rename": return try rename(document, offset, parameters)
    default: throw Refusal(code: -32601, message: "there is no method `\(method)`")
    }
  }

  /// The methods that are about a place.
  private static let placed = Set(
    ["completion", "hover", "signatureHelp", "definition", "prepareRename", "rename"].map {
      "textDocument/" + $0
    })

  private static let abilities: JSON = .object([
    "capabilities": .object([
      "positionEncoding": .string("utf-16"),
      "textDocumentSync": .object([
        "openClose": .truth(true), "change": .number(2), "save": .truth(true),
      ]),
      "completionProvider": .object([
        "triggerCharacters": .array([" ", "=", "$", ".", "\"", ","].map { .string($0) })
      ]),
      "hoverProvider": .truth(true),
      "signatureHelpProvider": .object(["triggerCharacters": .array([.string(" "), .string("=")])]),
      "definitionProvider": .truth(true), "documentFormattingProvider": .truth(true),
      "documentSymbolProvider": .truth(true),
      "renameProvider": .object(["prepareProvider": .truth(true)]),
      "codeActionProvider": .object([
        "codeActionKinds": .array([.string("quickfix"), .string("source.fixAll")])
      ]),
      "semanticTokensProvider": .object([
        "legend": .object([
          "tokenTypes": .array(semanticTypes.map { .string($0) }), "tokenModifiers": .array([]),
        ]), "full": .truth(true),
      ]),
    ]),
    "serverInfo": .object(["name": .string("mrs"), "version": .string(Version.text)]),
  ])
}
