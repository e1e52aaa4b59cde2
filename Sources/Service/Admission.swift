import Datasets

/// Who may ask: whoever has one of the tokens, where there are any; without tokens only this machine.
package struct Admission: Sendable {
  /// The digests of the tokens: comparing those takes as long whatever the tokens have in common.
  private let tokens: [[UInt8]]
  /// Whether the service listens to this machine alone.
  private let isLocal: Bool

  package init(tokens: [String], isLocal: Bool) {
    self.tokens = tokens.map { Self.digest($0) }
    self.isLocal = isLocal
  }

  package var needsToken: Bool { !tokens.isEmpty }

  /// Why a request is refused; nil when it is not.
  func problem(_ request: Request, _ audience: Route.Audience) -> Problem? {
    // A page of another site whose name was made to lead here would be taken for a local program otherwise.
    if isLocal, tokens.isEmpty, let host = request.headers["host"], !Self.isLocal(host) {
      return Problem(
        403, "E0923", "the request is for the host `\(shortened(host))`, and this one is local",
        help: ["ask for 127.0.0.1 or localhost, or start the service with `--token-file`"])
    }
    guard needsToken, case .holders = audience else { return nil }
    let words = (request.headers["authorization"] ?? "").split(separator: " ")
    let given =
      words.count == 2 && words[0].lowercased() == "bearer" ? String(words[1]) : ""
    guard !accepts(given) else { return nil }
    var problem = Problem(
      401, "E0923",
      given.isEmpty ? "the request has no token" : "the token is none of this service",
      help: ["send `Authorization: Bearer TOKEN`; the file of `--token-file` has the tokens"])
    problem.headers = [("WWW-Authenticate", "Bearer")]
    return problem
  }

  /// Whether a token is one of those that may ask; takes as long for wrong ones as for right ones.
  private func accepts(_ token: String) -> Bool {
    let given = Self.digest(token)
    var isAccepted: UInt8 = 0
    for token in tokens {
      let difference = zip(token, given).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) }
      isAccepted |= difference == 0 ? 1 : 0
    }
    return isAccepted == 1
  }

  private static func digest(_ text: String) -> [UInt8] {
    var hash = SHA256()
    hash.add(Array(text.utf8))
    return hash.digest
  }

  /// Whether a host is a name of this machine for itself, with or without a port.
  package static func isLocal(_ host: String) -> Bool {
    if host.hasPrefix("[") { return host.hasPrefix("[::1]") }
    let name = host.split(separator: ":", maxSplits: 1).first.map { $0.lowercased() } ?? ""
    let isLoopback =
      name.hasPrefix("127.") && name.utf8.allSatisfy { (48...57).contains($0) || $0 == 46 }
    return name == "localhost" || isLoopback || host == "::1"
  }
}
