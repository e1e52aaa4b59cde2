import Commands
import Language
import Reports

/// Why a request is refused, or could not be answered. Every such answer has this one form: problem details
/// (RFC 9457), with the code that `mrs help CODE` explains.
package struct Problem: Error, Sendable, Equatable {
  package var status: Int
  package var code: String
  /// One sentence without a full stop.
  package var message: String
  package var help: [String]
  /// Where in the body it is, as a JSON pointer (RFC 6901); empty for all of it.
  package var pointer: String
  /// Of the HTTP answer, such as `Allow`.
  var headers: [(name: String, value: String)] = []

  package init(
    _ status: Int, _ code: String, _ message: String, help: [String] = [], at pointer: String = ""
  ) {
    self.status = status
    self.code = code
    self.message = message
    self.help = help
    self.pointer = pointer
  }

  /// A failure of a command, in the terms of HTTP: what is not there is 404, everything else is the request's fault.
  init(_ failure: CommandFailure, at pointer: String = "") {
    let near = failure.suggestions.first.map { ["did you mean `\($0)`?"] } ?? []
    self.init(
      failure.code == "E0502" ? 404 : 422, failure.code, failure.message,
      help: failure.help + near, at: pointer)
  }

  package static func == (a: Problem, b: Problem) -> Bool {
    (a.status, a.code, a.message, a.help, a.pointer)
      == (b.status, b.code, b.message, b.help, b.pointer)
  }

  var members: [JSON.Member] {
    [
      JSON.Member("type", .string("about:blank")),
      JSON.Member("title", .string(Self.titles[status] ?? "Error")),
      JSON.Member("status", .number(status)), JSON.Member("detail", .string(message)),
      JSON.Member("code", .string(code)),
      JSON.Member("help", .array(help.map { .string($0) })),
      JSON.Member("pointer", .string(pointer)),
    ]
  }

  func answer(by model: String) -> Answer {
    let object = JSON.object([JSON.Member("model", .string(model))] + members)
    var answer = Answer(status, "application/problem+json", object.text)
    answer.headers = headers
    return answer
  }

  /// The names of the statuses that are used (RFC 9110).
  static let titles = [
    400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
    405: "Method Not Allowed", 408: "Request Timeout", 409: "Conflict", 413: "Content Too Large",
    415: "Unsupported Media Type", 422: "Unprocessable Content", 500: "Internal Server Error",
    503: "Service Unavailable", 507: "Insufficient Storage",
  ]

  /// The answer to what is no HTTP, or no HTTP that is understood here.
  package static let unreadable = Problem(
    400, "E0920", "this is no request of HTTP/1.1", help: ["`mrs help serve` has examples"])
}
