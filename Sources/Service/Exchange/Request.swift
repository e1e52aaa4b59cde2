import Datasets
import Reports

/// What somebody asks, without anything of how it came.
package struct Request: Sendable {
  package var method: String
  /// The path and what follows `?`, as they came, with `%` and what follows it.
  package var target: String
  /// By names in lower case; of several with one name the first.
  package var headers: [String: String]
  package var body: [UInt8]

  package init(
    _ method: String, _ target: String, headers: [String: String] = [:], body: [UInt8] = []
  ) {
    self.method = method
    self.target = target
    self.headers = headers
    self.body = body
  }

  /// The path alone.
  package var path: String { String(target.prefix { $0 != "?" }) }

  /// The pairs behind `?`, decoded; nil where that is no UTF-8.
  var query: [(name: String, value: String)]? {
    guard let mark = target.firstIndex(of: "?") else { return [] }
    var pairs: [(name: String, value: String)] = []
    for pair in target[target.index(after: mark)...].split(separator: "&") {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = decoded(parts[0]), let value = decoded(parts.count > 1 ? parts[1] : "")
      else { return nil }
      pairs.append((name, value))
    }
    return pairs
  }
}

/// A text of a form (application/x-www-form-urlencoded) as it was before it was encoded; nil for what is none.
private func decoded(_ text: Substring) -> String? {
  var bytes: [UInt8] = []
  var rest = Array(text.utf8)[...]
  while let byte = rest.popFirst() {
    switch byte {
    case UInt8(ascii: "+"): bytes.append(32)
    case UInt8(ascii: "%"):
      let digits = rest.prefix(2)
      guard digits.count == 2, digits.allSatisfy({ $0 != UInt8(ascii: "+") }),
        let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
      else { return nil }
      bytes.append(value)
      rest = rest.dropFirst(2)
    default: bytes.append(byte)
    }
  }
  return String(validating: bytes, as: UTF8.self)
}

/// What is answered, without anything of how it goes out.
package struct Answer: Sendable {
  package var status: Int
  package var type: String
  package var headers: [(name: String, value: String)] = []
  package var body: [UInt8]

  package init(_ status: Int, _ type: String, _ text: String) {
    self.status = status
    self.type = type
    body = Array(text.utf8)
  }

  /// An object, in which `model` is the digest of the model that answers.
  init(_ members: [JSON.Member], by model: String) {
    let object = JSON.object([JSON.Member("model", .string(model))] + members)
    self.init(200, "application/json", object.text)
  }
}
