import CKernels
import Language

/// The values of one field in all rows.
package enum ScannedColumn: Sendable {
  case skipped
  /// Ids that are small whole numbers.
  case smallIDs([Int32])
  /// Names, as `scan.h` writes them: whole numbers, or places in the file.
  case tokens([UInt64])
  case numbers([Float])
  case times([Int64])

  /// A column with room for that many rows, their values undefined.
  init(_ kind: FieldKind, rows: Int, small: Bool) {
    func room<T>(_: T.Type) -> [T] {
      [T](unsafeUninitializedCapacity: rows) { _, count in count = rows }
    }
    switch kind {
    case .skip: self = .skipped
    case .id where small: self = .smallIDs(room(Int32.self))
    case .id, .text: self = .tokens(room(UInt64.self))
    case .number, .optionalNumber: self = .numbers(room(Float.self))
    case .time: self = .times(room(Int64.self))
    }
  }

  /// The bytes of one value.
  var stride: Int {
    switch self {
    case .skipped: 0
    case .smallIDs, .numbers: 4
    case .tokens, .times: 8
    }
  }

  /// Lets `body` write into the column.
  mutating func withBase<R>(_ body: (UnsafeMutableRawPointer?) -> R) -> R {
    let whole = self
    self = .skipped
    switch consume whole {
    case .skipped: return body(nil)
    case .smallIDs(var values):
      defer { self = .smallIDs(values) }
      return values.withUnsafeMutableBytes { body($0.baseAddress) }
    case .tokens(var values):
      defer { self = .tokens(values) }
      return values.withUnsafeMutableBytes { body($0.baseAddress) }
    case .numbers(var values):
      defer { self = .numbers(values) }
      return values.withUnsafeMutableBytes { body($0.baseAddress) }
    case .times(var values):
      defer { self = .times(values) }
      return values.withUnsafeMutableBytes { body($0.baseAddress) }
    }
  }

  /// Keeps only those ranges of rows.
  mutating func keep(_ ranges: [Range<Int>]) {
    func kept<T>(_ values: consuming [T]) -> [T] {
      if ranges.count == 1, let only = ranges.first, only.lowerBound == 0 {
        values.removeLast(values.count - only.upperBound)
        return values
      }
      return ranges.flatMap { values[$0] }
    }
    let whole = self
    self = .skipped
    switch consume whole {
    case .skipped: break
    case .smallIDs(let values): self = .smallIDs(kept(values))
    case .tokens(let values): self = .tokens(kept(values))
    case .numbers(let values): self = .numbers(kept(values))
    case .times(let values): self = .times(kept(values))
    }
  }
}

/// The rows of a text file as typed columns.
package struct ScannedTable: Sendable {
  package let contents: FileContents
  package let layout: RowLayout
  package var encoding = TextEncoding.utf8
  /// How the texts marked as escaped are to be read.
  var escapes = Escapes.quotes
  /// Where the first row starts.
  let start: Int
  package internal(set) var columns: [ScannedColumn]
  package internal(set) var count: Int
  /// Rows that could not be read and were passed over, as was asked.
  package internal(set) var skipped = 0
  /// Why the first of them could not be read.
  package internal(set) var firstSkipped: DatasetError?
  /// How many lines that were passed over are named.
  static let mostSkippedLines = 8
  /// The lines of the first few of them.
  package internal(set) var skippedLines: [Int] = []
  /// How many ids had blanks at their ends, which are left off.
  var trimmedIDs = 0
  /// Whether all times are known to be later than 1970.
  var areAllTimesLater = false
  /// How many units of its times make a second.
  package internal(set) var ticks: Int64 = 1

  /// What to say of them; nil when there are none.
  package var skippedNote: String? {
    guard skipped > 0 else { return nil }
    var note =
      "\(contents.path): \(counted(skipped, "row")) could not be read and "
      + "\(skipped == 1 ? "was" : "were") passed over"
    if let firstSkipped, let line = firstSkipped.line {
      note += "; line \(line): \(firstSkipped.message)"
      let others = skippedLines.filter { $0 != line }
      if !others.isEmpty {
        let all = others.count + 1 == skipped
        note +=
          "; " + (all ? "and " : "also ") + (others.count == 1 ? "line " : "lines ")
          + others.map { "\($0)" }.joined(separator: ", ") + (all ? "" : ", …")
      }
    }
    return note
  }

  enum Escapes { case quotes, json }

  /// The column of that name.
  package func column(_ name: String) -> ScannedColumn? {
    layout.fields.firstIndex { $0.name == name }.map { columns[$0] }
  }

  /// Puts other values in the place of a column.
  mutating func replace(_ name: String, by column: ScannedColumn) {
    guard let index = layout.fields.firstIndex(where: { $0.name == name }) else { return }
    columns[index] = column
  }

  package func numbers(_ name: String) -> [Float] {
    if case .numbers(let values)? = column(name) { return values }
    return []
  }

  package func times(_ name: String) -> [Int64] {
    if case .times(let values)? = column(name) { return values }
    return []
  }

  /// The names in a column, one a row; empty for a column that is not there.
  package func texts(_ name: String) throws(DatasetError) -> [String] {
    switch column(name) {
    case .tokens(let tokens)?:
      var texts: [String] = []
      texts.reserveCapacity(tokens.count)
      for token in tokens { texts.append(try text(of: token)) }
      return texts
    case .smallIDs(let numbers)?: return numbers.map { String($0) }
    default: return []
    }
  }

  /// The text that a token stands for.
  func text(of token: UInt64) throws(DatasetError) -> String {
    if token & 1 == 1 { return String(token >> 1) }
    let bytes = contents.bytes(of: token)
    guard let text = encoding.text(bytes), !bytes.contains(0) else {
      let place = Int(token >> 24)
      throw DatasetError(
        "this is not UTF-8 text", file: contents.path, line: contents.line(at: place),
        help: [
          "save the file as UTF-8, if all of it is Latin-1: iconv -f LATIN1 -t UTF-8",
          "one file can have only one encoding",
        ], code: "E0511")
    }
    guard token & 2 != 0 else { return text }
    return escapes == .quotes ? unescaped(text) : JSONText.unescaped(text)
  }

  /// Each pair of quotes is one, and so is a quote behind a backslash where backslashes count.
  private func unescaped(_ text: String) -> String {
    var result = ""
    var previousWasQuote = false
    for character in text.unicodeScalars {
      if character == "\"", previousWasQuote {
        previousWasQuote = false
        continue
      }
      previousWasQuote = character == "\""
      if previousWasQuote, layout.hasBackslashes, result.last == "\\" {
        result.removeLast()
        previousWasQuote = false
      }
      result.unicodeScalars.append(character)
    }
    return result
  }
}

extension FileContents {
  /// The bytes of a token that is a place in the file.
  func bytes(of token: UInt64) -> UnsafeRawBufferPointer {
    let start = Int(token >> 24)
    let length = Int(token >> 2 & 0x3F_FFFF)
    return UnsafeRawBufferPointer(rebasing: bytes[start..<start + length])
  }
}
