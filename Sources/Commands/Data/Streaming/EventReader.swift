import Datasets
import Language

/// Reads whole lines of a file that may grow, part by part, as the data set that `load` would make of them.
struct EventReader {
  private let path: String
  /// The line that comes next, from 1, and where it starts.
  private(set) var line: Int
  private var offset = 0
  /// The line of names of a table; nil before the file was looked at, empty for JSON.
  private var header: [UInt8]?
  /// Lines before the first that is wanted.
  private var toPass: Int
  /// The bytes of each line of the newest part, and which of them hold something.
  private var lengths: [Int] = []
  private var filled: [Int] = []
  /// Whether something stands behind the last end of a line.
  private(set) var hasRest = false

  /// The most bytes of a part, but for a line that is longer.
  private static let most = 4 << 20

  init(_ path: String, from line: Int) {
    (self.path, self.line, toPass) = (path, 1, line - 1)
  }

  /// The events of the lines that come next; nil where there is no whole line.
  mutating func next(_ host: any Host, isFollowed: Bool) throws -> Dataset? {
    while true {
      let bytes =
        isFollowed
        ? try host.tail(of: path, from: offset, most: Self.most)
        : try host.part(of: path, from: offset, most: Self.most)
      guard let bytes else {
        throw CommandFailure(
          "E0512", "\(path) has become shorter than what was taken of it",
          help: ["begin anew: stream \(Value.text(path).sourceText)"], argument: path)
      }
      let end = bytes.lastIndex(of: 10).map { $0 + 1 } ?? 0
      hasRest = end < bytes.count
      guard end > 0 else {
        guard bytes.count < Self.most else {
          throw CommandFailure(
            "E0512", "\(path):\(line): a line of more than \(Self.most >> 20) MiB", argument: path)
        }
        return nil
      }
      var lines = bytes[..<end].split(separator: 10, omittingEmptySubsequences: false).dropLast()
      if header == nil {
        let isJSON = lines.first?.first { $0 > 32 } == UInt8(ascii: "{")
        header = isJSON ? [] : (lines.first.map { Array($0) + [10] } ?? [])
        if !isJSON { pass(&lines, 1) }
      }
      pass(&lines, min(toPass + 1 - line, lines.count))
      guard !lines.isEmpty else {
        if hasRest || bytes.count < Self.most { return nil }
        continue
      }
      lengths = lines.map { $0.count + 1 }
      filled = lines.enumerated().filter { $1.contains { $0 > 32 } }.map(\.offset)
      guard !filled.isEmpty else {
        pass(&lines, lines.count)
        continue
      }
      return try events(Array(lines.joined(separator: [10])) + [10])
    }
  }

  /// Leaves out the first lines.
  private mutating func pass(_ lines: inout ArraySlice<ArraySlice<UInt8>>, _ count: Int) {
    guard count > 0 else { return }
    for own in lines.prefix(count) { offset += own.count + 1 }
    line += count
    lines = lines.dropFirst(count)
  }

  /// The line of a row of the newest part; exact where no rows of it were left out.
  func line(of row: Int, among rows: Int) -> Int {
    line + (filled.count == rows && row < rows ? filled[row] : row)
  }

  /// Goes on behind so many rows of the newest part.
  mutating func advance(by row: Int, among rows: Int) {
    let count = row == rows ? lengths.count : line(of: row - 1, among: rows) - line + 1
    offset += lengths.prefix(count).reduce(0, +)
    line += count
    lengths = []
  }

  private func events(_ bytes: [UInt8]) throws -> Dataset {
    let header = header ?? []
    var format = FoundFormat()
    format.path = path
    do {
      return try format.load(from: MemoryFiles([path: header + bytes]))
    } catch var error as DatasetError {
      // Lines are told as they stand in the file.
      if let own = error.line { error.line = line + own - (header.isEmpty ? 1 : 2) }
      throw CommandFailure(error.code, error.sentence, help: error.help, argument: error.file)
    }
  }
}
