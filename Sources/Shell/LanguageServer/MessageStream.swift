import LibC
import Reports

/// Messages with headers before them, as the base protocol of language servers sends them.
struct MessageStream {
  /// What came in.
  enum Incoming {
    case message(JSON)
    /// Something that is no message, and why; the next one may be.
    case fault(String)
    case end
  }

  /// A message may have this many bytes, and its headers so many.
  static let longest = 64 << 20
  static let longestHeaders = 8 << 10

  private let file: Int32
  private var pending: [UInt8] = []
  private var hasEnded = false

  init(_ file: Int32) { self.file = file }

  /// Waits for the next message.
  mutating func next() -> Incoming {
    guard let headers = headers() else {
      let isOdd = !pending.isEmpty && !hasEnded
      pending = []
      return isOdd ? .fault("the headers are too long") : .end
    }
    guard let count = length(in: headers) else {
      return .fault("a message begins with the header Content-Length and its number of bytes")
    }
    guard count <= Self.longest else {
      return skip(count) ? .fault("a message has at most \(Self.longest) bytes") : .end
    }
    while pending.count < count { if !fill() { return .end } }
    let text = String(decoding: pending[..<count], as: UTF8.self)
    pending.removeFirst(count)
    return JSON(parsing: text).map { .message($0) } ?? .fault("this is not JSON")
  }

  /// A message as it is sent.
  static func framed(_ message: JSON) -> String {
    let text = message.text
    return "Content-Length: \(text.utf8.count)\r\n\r\n\(text)"
  }

  /// The lines before the empty one, which are taken away; nil at the end, or when they do not end.
  private mutating func headers() -> [Substring]? {
    var searched = 0
    while true {
      if let (lines, end) = block(from: searched) {
        pending.removeFirst(end)
        return lines
      }
      searched = max(0, pending.count - 3)
      guard pending.count <= Self.longestHeaders, fill() else { return nil }
    }
  }

  private func block(from start: Int) -> (lines: [Substring], end: Int)? {
    var at = start
    while at < pending.count {
      if pending[at...].starts(with: [13, 10, 13, 10]) { return (lines(at), at + 4) }
      if pending[at...].starts(with: [10, 10]) { return (lines(at), at + 2) }
      at += 1
    }
    return nil
  }

  private func lines(_ end: Int) -> [Substring] {
    String(decoding: pending[..<end], as: UTF8.self).split { $0.isNewline }
  }

  private func length(in headers: [Substring]) -> Int? {
    for header in headers {
      let parts = header.split(separator: ":", maxSplits: 1)
      if parts.count == 2, parts[0].lowercased() == "content-length" {
        let digits = parts[1].filter { $0 != " " }
        return Int(digits).flatMap { $0 >= 0 && digits.allSatisfy(\.isNumber) ? $0 : nil }
      }
    }
    return nil
  }

  /// Reads over bytes that are not wanted; false at the end.
  private mutating func skip(_ count: Int) -> Bool {
    var left = count
    while left > pending.count {
      left -= pending.count
      pending = []
      if !fill() { return false }
    }
    pending.removeFirst(left)
    return true
  }

  private mutating func fill() -> Bool {
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let got = read(file, &chunk, chunk.count)
      if got > 0 {
        pending += chunk[..<got]
        return true
      }
      if got == 0 || errno != EINTR {
        hasEnded = true
        return false
      }
    }
  }
}
