import Reports

/// One thing that can be asked: which method and path, what comes in and goes out, and who may.
struct Route: Sendable {
  enum Method: String, Sendable { case get = "GET", post = "POST" }

  /// Who may ask.
  enum Audience {
    /// Everybody who reaches the address.
    case all
    /// Whoever has a token, where there are tokens.
    case holders
  }

  /// A value behind `?`.
  struct Parameter: Sendable {
    var name: String
    var schema: Schema
    var summary: String
  }

  /// What the answer is.
  enum Content: Sendable {
    case json([Schema.Member])
    case text(String)

    var type: String {
      switch self {
      case .json: "application/json"
      case .text(let type): type
      }
    }
  }

  let method: Method
  let path: String
  let summary: String
  /// What else there is to know of it.
  var details = ""
  var audience = Audience.holders
  var parameters: [Parameter] = []
  /// The form of the body, where there is one.
  var body: (@Sendable (Served) -> [Schema.Member])?
  /// Bodies that show how it is used, by what they show.
  var examples: (@Sendable (Served) -> [(String, JSON)])?
  let content: Content
  /// The statuses of refusals of its own.
  var refusals: [Int] = []
  /// Whether its answer takes little time and waits for no disk.
  var isShort = false
  /// Whether its answer may take much longer than most.
  var takesLong = false
  let run: @Sendable (Service, Call) throws(Problem) -> Answer
}

/// A request that was found to be of the right form, and the model that answers it.
struct Call: Sendable {
  var request: Request
  /// Null where the route takes none.
  var body = JSON.null
  var query: [String: JSON] = [:]
  let served: Served

  func answer(_ members: [JSON.Member]) -> Answer { Answer(members, by: served.digest) }

  func answer(_ members: KeyValuePairs<String, JSON>) -> Answer {
    answer(members.map { JSON.Member($0.key, $0.value) })
  }
}

/// Everything that a service answers.
let routes: [Route] = [
  pageRoute, recommendRoute, batchRoute, explainRoute, feedbackRoute, itemsRoute, modelRoute,
  healthRoute, metricsRoute, reloadRoute, documentRoute,
]

extension Route {
  /// What the parameters say, by name.
  func read(_ request: Request) throws(Problem) -> [String: JSON] {
    guard let pairs = request.query else {
      throw Problem(400, "E0920", "what follows `?` is not encoded as forms are")
    }
    var values: [String: JSON] = [:]
    for (name, value) in pairs {
      guard let form = parameters.first(where: { $0.name == name }) else {
        let names = parameters.map(\.name)
        throw Problem(
          400, "E0921", "there is no parameter `\(shortened(name))`",
          help: ["known: " + (names.isEmpty ? "none" : names.joined(separator: ", "))])
      }
      var json = JSON.string(value)
      if case .whole = form.schema { json = JSON(parsing: value) ?? json }
      if let fault = form.schema.fault(in: json, at: "/" + name) { throw fault }
      values[name] = json
    }
    return values
  }

  /// The body, held against its form.
  func body(of request: Request, _ served: Served, limits: ServiceLimits) throws(Problem) -> JSON {
    guard let members = body?(served) else { return .null }
    let type = request.headers["content-type"]?.lowercased().prefix { $0 != ";" && $0 != " " }
    guard type == "application/json" else {
      throw Problem(
        415, "E0920", "the body has to be of type application/json",
        help: ["send the header `Content-Type: application/json`"])
    }
    guard request.body.count <= limits.bodyBytes else { throw limits.tooLarge }
    guard let text = String(validating: request.body, as: UTF8.self) else {
      throw Problem(400, "E0920", "the body is no UTF-8")
    }
    let (value, end) = JSON.read(text)
    guard let value else {
      throw Problem(
        400, "E0920", "the body is no JSON, from byte \(end) of \(request.body.count) on",
        help: ["RFC 8259 says what is; at most 200 lists and objects lie within each other"])
    }
    if let fault = Schema.object(members).fault(in: value) { throw fault }
    return value
  }
}

extension ServiceLimits {
  /// The refusal of a body of too many bytes.
  package var tooLarge: Problem {
    Problem(
      413, "E0922", "the body has more than \(bodyBytes) bytes",
      help: ["ask for fewer users at once"])
  }
}
