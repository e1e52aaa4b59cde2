import FoundationEssentials

/// One Swift file of the package, with comments and texts blanked out for searching.
struct SourceFile: Sendable {
  /// The path below the package: `Sources/Language/Syntax/Lexer.swift`.
  let path: String
  let text: String
  /// The same number of lines; comments are empty and the contents of string literals are gone.
  let code: String

  /// `Language` of `Sources/Language/Syntax/Lexer.swift`.
  var target: String { String(path.split(separator: "/")[1]) }
  var lineCount: Int { text.utf8.count { $0 == 10 } }

  init(path: String, text: String) {
    self.path = path
    self.text = text
    code = codeAlone(of: text)
  }
}

/// The package on disk, found from where this file was compiled.
enum SourceTree {
  static let root = #filePath.components(separatedBy: "/Tests/ArchitectureTests/")[0]
  static let sources = files(in: "Sources")
  static let all = sources + files(in: "Tests")

  /// The text of a file of the package.
  static func text(_ path: String) throws -> String {
    try String(contentsOfFile: root + "/" + path, encoding: .utf8)
  }

  static func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: root + "/" + path)
  }

  /// The C code of the sources without its comments, by path.
  static let c: [(path: String, code: String)] = paths(in: "Sources").filter { path in
    [".c", ".h", ".inc"].contains { path.hasSuffix($0) }
  }.compactMap { path in
    (try? text(path)).map { (path, $0.replacing(#/\/\/[^\n]*|\/\*(?s:.*?)\*\//#, with: " ")) }
  }

  private static func paths(in folder: String) -> [String] {
    let below = (try? FileManager.default.subpathsOfDirectory(atPath: root + "/" + folder)) ?? []
    return below.sorted().map { folder + "/" + $0 }
  }

  /// All Swift files below a folder, by path.
  private static func files(in folder: String) -> [SourceFile] {
    paths(in: folder).filter { $0.hasSuffix(".swift") }.compactMap { path in
      (try? text(path)).map { SourceFile(path: path, text: $0) }
    }
  }
}

/// Swift code with comments and the contents of string literals left out; lines stay where they are.
func codeAlone(of text: String) -> String {
  var scanner = CodeScanner(bytes: Array(text.utf8))
  return scanner.run()
}

private struct CodeScanner {
  let bytes: [UInt8]
  var at = 0
  var code: [UInt8] = []

  init(bytes: [UInt8]) { self.bytes = bytes }

  mutating func run() -> String {
    while at < bytes.count {
      if sees("//") {
        while at < bytes.count, bytes[at] != UInt8(ascii: "\n") { at += 1 }
      } else if sees("/*") {
        skipBlockComment()
      } else if let hashes = hashesOfLiteral() {
        skipLiteral(hashes: hashes)
      } else {
        code.append(bytes[at])
        at += 1
      }
    }
    return String(decoding: code, as: UTF8.self)
  }

  private func sees(_ text: String) -> Bool { bytes[at...].starts(with: text.utf8) }

  /// The number of `#` before a string literal that starts here, or nil when none starts.
  private func hashesOfLiteral() -> Int? {
    let hashes = bytes[at...].prefix { $0 == UInt8(ascii: "#") }.count
    return at + hashes < bytes.count && bytes[at + hashes] == UInt8(ascii: "\"") ? hashes : nil
  }

  private mutating func skip(_ count: Int) {
    for byte in bytes[at..<min(at + count, bytes.count)] where byte == UInt8(ascii: "\n") {
      code.append(byte)
    }
    at += count
  }

  private mutating func skipBlockComment() {
    var depth = 0
    repeat {
      if sees("/*") {
        depth += 1
        skip(2)
      } else if sees("*/") {
        depth -= 1
        skip(2)
      } else {
        skip(1)
      }
    } while depth > 0 && at < bytes.count
  }

  private mutating func skipLiteral(hashes: Int) {
    skip(hashes)
    let quotes = sees("\"\"\"") ? 3 : 1
    let end = String(repeating: "\"", count: quotes) + String(repeating: "#", count: hashes)
    let escape = "\\" + String(repeating: "#", count: hashes)
    skip(quotes)
    code.append(contentsOf: "\"".utf8)
    while at < bytes.count, !sees(end) {
      if sees(escape + "(") {
        skipInterpolation(escape.utf8.count)
      } else {
        skip(sees(escape) ? escape.utf8.count + 1 : 1)
      }
    }
    skip(end.utf8.count)
    code.append(contentsOf: "\"".utf8)
  }

  /// Interpolations may hold literals of their own, so their parentheses are counted.
  private mutating func skipInterpolation(_ escape: Int) {
    skip(escape)
    var depth = 0
    repeat {
      if let hashes = hashesOfLiteral() {
        let length = code.count
        skipLiteral(hashes: hashes)
        code.removeSubrange(length...)
        continue
      }
      if bytes[at] == UInt8(ascii: "(") { depth += 1 }
      if bytes[at] == UInt8(ascii: ")") { depth -= 1 }
      skip(1)
    } while depth > 0 && at < bytes.count
  }
}
