import Language

/// One value of a row that is written.
enum RowField {
  case text(String)
  case number(Float)
  case whole(Int64)

  /// The value without quotes: `4`, `3.5`.
  var text: String {
    switch self {
    case .text(let text): text
    case .number(let number): Number.text(number.asWritten)
    case .whole(let number): "\(number)"
    }
  }
}

/// A way to write rows.
protocol RowWriter {
  func header(_ names: [String]) -> String
  func row(_ fields: [(String, RowField)]) -> String
}

/// Commas or tabs and, where they are needed, quotes (RFC 4180).
struct DelimitedWriter: RowWriter {
  var separator = ","

  func header(_ names: [String]) -> String { joined(names) }

  func row(_ fields: [(String, RowField)]) -> String { joined(fields.map(\.1.text)) }

  private func joined(_ fields: [String]) -> String {
    fields.map(quoted).joined(separator: separator) + "\n"
  }

  private func quoted(_ text: String) -> String {
    let special: [UInt8] = [34, 10, 13] + Array(separator.utf8)
    let isPlain = text.utf8.allSatisfy { !special.contains($0) } && !text.hasPrefix(" ")
    if isPlain, !text.hasSuffix(" ") { return text }
    return "\""
      + text.split(separator: "\"", omittingEmptySubsequences: false)
      .joined(separator: "\"\"") + "\""
  }
}

/// One object a line.
struct JSONLinesWriter: RowWriter {
  func header(_ names: [String]) -> String { "" }

  func row(_ fields: [(String, RowField)]) -> String {
    let members = fields.map { name, field in
      if case .text(let text) = field { return "\(quoted(name)): \(quoted(text))" }
      return "\(quoted(name)): \(field.text)"
    }
    return "{" + members.joined(separator: ", ") + "}\n"
  }

  private func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case _ where scalar.value < 32:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
