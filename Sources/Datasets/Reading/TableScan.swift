import CKernels
import Kernels

extension RowLayout {
  /// Reads all rows of the file from the byte `start` on, on the threads of the work
  /// under way.
  ///
  /// Ids that are small whole numbers are kept as such; when one is not, the file is read again with
  /// that column as tokens.
  ///
  /// - Parameter rereads: whether a column of numbers or times in which some are not written plainly is read
  ///   again as texts, whose kind the columns of the result then have.
  package func scan(
    _ contents: FileContents, from start: Int? = nil, badRows: BadRows = .refuse,
    rereads: Bool = false
  ) throws(DatasetError) -> ScannedTable {
    try contents.requireText()
    var scan = TableScan(
      contents: contents, layout: self, start: start ?? contents.textStart, badRows: badRows)
    scan.small = scan.firstRowSmallIDs()
    while true {
      let parts = scan.run()
      if let field = parts.compactMap(\.notSmall).first {
        scan.small.remove(field)
        continue
      }
      if rereads, scan.takeAsTexts(parts) { continue }
      return try scan.table(from: parts)
    }
  }
}

/// What became of one stretch of a file.
private struct ScannedPart: Sendable {
  var rows = 0
  var skipped = 0
  /// The first fault that was not to be skipped.
  var fault: mrs_scan_result?
  var firstSkipped: mrs_scan_result?
  /// Where the first few of those lines start.
  var skippedLines: [Int] = []
  /// Fields with numbers or times that are not written plainly, in rows to be skipped.
  var unread: Set<Int> = []
  /// How many ids had blanks at their ends.
  var trimmed = 0
  /// A field whose ids do not fit `smallIDs`.
  var notSmall: Int?
}

private struct TableScan {
  let contents: FileContents
  private(set) var layout: RowLayout
  let start: Int
  let badRows: BadRows
  /// Rows that are read between two questions whether they are still wanted.
  private static let stretch = 1 << 15
  /// Fields read as small whole numbers.
  var small: Set<Int> = []
  private var columns: [ScannedColumn] = []
  private var firstRows: [Int] = []

  init(contents: FileContents, layout: RowLayout, start: Int, badRows: BadRows) {
    self.contents = contents
    self.layout = layout
    self.start = start
    self.badRows = badRows
  }

  private var base: UnsafePointer<UInt8>? {
    contents.bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
  }

  /// The id fields; which of them are not small shows while reading.
  func firstRowSmallIDs() -> Set<Int> {
    Set(layout.fields.indices.filter { layout.fields[$0].kind == .id })
  }

  /// Makes texts of the columns that have numbers or times which are not written plainly; false where there
  /// are none, or another fault comes first.
  mutating func takeAsTexts(_ parts: [ScannedPart]) -> Bool {
    var unread = parts.reduce(into: Set<Int>()) { $0.formUnion($1.unread) }
    if let fault = parts.lazy.compactMap(\.fault).first, Self.isUnread(fault) {
      unread.insert(Int(fault.field))
    }
    for field in unread { layout.fields[field].kind = .text }
    return !unread.isEmpty
  }

  private static func isUnread(_ fault: mrs_scan_result) -> Bool {
    Int(fault.fault) == mrs_bad_number || Int(fault.fault) == mrs_bad_time
  }

  /// Stretches of about equal size that start at lines, and how many lines each has at most: all in one where
  /// there are quotes, as an end of a line may then be part of a field.
  private func stretches(_ base: UnsafePointer<UInt8>) -> [(range: Range<Int>, lines: Int)] {
    nonisolated(unsafe) let base = base
    let stretches = linewise
    let counts = orderedMap(stretches.count) { part -> mrs_counts in
      mrs_count(base, Int64(stretches[part].lowerBound), Int64(stretches[part].upperBound))
    }
    let lines = counts.map { Int($0.lines) }
    if layout.isQuoted, counts.contains(where: { $0.quoted != 0 }) {
      return [(start..<contents.bytes.count, lines.reduce(1, +))]
    }
    let last = stretches.count - 1
    return stretches.indices.map { (stretches[$0], lines[$0] + ($0 == last ? 1 : 0)) }
  }

  private var linewise: [Range<Int>] {
    let end = contents.bytes.count
    guard end - start > 1 << 20 else { return [start..<end] }
    let count = min(max(16, (end - start) >> 23), (end - start) >> 19)
    var bounds = [start]
    for part in 1..<count {
      let goal = start + (end - start) / count * part
      let next = contents.lineBytes(at: max(goal, bounds.last ?? start)).next
      if next < end, next > bounds.last ?? 0 { bounds.append(next) }
    }
    return zip(bounds, bounds.dropFirst() + [end]).map { $0..<$1 }
  }

  mutating func run() -> [ScannedPart] {
    guard let base else { return [] }
    nonisolated(unsafe) let bytes = base
    let stretches = stretches(base)
    firstRows = stretches.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1.lines) }
    let rows = firstRows.last ?? 0
    columns = layout.fields.enumerated().map {
      ScannedColumn($1.kind, rows: rows, small: small.contains($0))
    }
    let kinds = layout.fields.enumerated().map {
      small.contains($0) ? UInt8(mrs_small_id) : $1.kind.scanKind
    }
    let strides = columns.map(\.stride)
    let firstRows = firstRows
    // Without the columns, which must have one owner while they are written.
    let scan = TableScan(contents: contents, layout: layout, start: start, badRows: badRows)
    return withBases { bases in
      nonisolated(unsafe) let bases = bases
      // The digest of the file is long work for one thread: it starts first, and the rows are read beside it.
      let parts = orderedMap(stretches.count + 1, abandoned: ScannedPart()) { place in
        guard place > 0 else {
          _ = scan.contents.digest
          return ScannedPart()
        }
        let part = place - 1
        let shifted = zip(bases, strides).map { $0?.advanced(by: $1 * firstRows[part]) }
        return scan.scan(
          stretches[part].range, into: shifted, strides: strides, room: stretches[part].lines,
          kinds: kinds, base: bytes)
      }
      return Array(parts.dropFirst())
    }
  }

  /// Reads one stretch of lines; `columns` point to its first row.
  private func scan(
    _ range: Range<Int>, into columns: [UnsafeMutableRawPointer?], strides: [Int], room: Int,
    kinds: [UInt8], base: UnsafePointer<UInt8>
  ) -> ScannedPart {
    var part = ScannedPart()
    var from = range.lowerBound
    kinds.withUnsafeBufferPointer { kinds in
      var layout = mrs_layout(
        kinds: kinds.baseAddress, fields: Int32(kinds.count), more: self.layout.allowsMore ? 1 : 0,
        separator: self.layout.separator, doubled: self.layout.isDoubled ? 1 : 0,
        quoted: self.layout.isQuoted ? 1 : 0, backslash: self.layout.hasBackslashes ? 1 : 0)
      while from < range.upperBound {
        let shifted = zip(columns, strides).map { $0?.advanced(by: $1 * part.rows) }
        let result = mrs_scan(
          base, Int64(from), Int64(range.upperBound), &layout, shifted,
          Int64(min(Self.stretch, room - part.rows)))
        part.rows += Int(result.rows)
        part.trimmed += Int(result.trimmed)
        if result.fault == mrs_fine || Cancellation.isRequested { return }
        if result.fault == mrs_full, part.rows < room {
          from = Int(result.line)
          continue
        }
        if result.fault == mrs_not_small {
          part.notSmall = Int(result.field)
          return
        }
        if badRows == .refuse {
          part.fault = result
          return
        }
        part.skipped += 1
        if Self.isUnread(result) { part.unread.insert(Int(result.field)) }
        part.firstSkipped = part.firstSkipped ?? result
        if part.skippedLines.count < ScannedTable.mostSkippedLines {
          part.skippedLines.append(Int(result.line))
        }
        from = contents.lineBytes(at: Int(result.line)).next
      }
    }
    return part
  }

  /// Calls `body` with the place of each column.
  private mutating func withBases<R>(
    _ known: [UnsafeMutableRawPointer?] = [], _ body: ([UnsafeMutableRawPointer?]) -> R
  ) -> R {
    let index = known.count
    if index == columns.count { return body(known) }
    var column = columns[index]
    columns[index] = .skipped
    let result = column.withBase { withBases(known + [$0], body) }
    columns[index] = column
    return result
  }

  /// The columns become those of the table: the scan has none any more.
  mutating func table(from parts: [ScannedPart]) throws(DatasetError) -> ScannedTable {
    if let fault = parts.lazy.compactMap(\.fault).first { throw error(for: fault) }
    let count = parts.reduce(0) { $0 + $1.rows }
    let skipped = parts.reduce(0) { $0 + $1.skipped }
    guard count > 0 else { throw layout.noRows(contents, skipped: skipped) }
    var kept: [Range<Int>] = []
    for (first, part) in zip(firstRows, parts) {
      if let last = kept.last, last.upperBound == first {
        kept[kept.count - 1] = last.lowerBound..<first + part.rows
      } else {
        kept.append(first..<first + part.rows)
      }
    }
    // With one owner they are cut short where they stand.
    var columns: [ScannedColumn] = []
    swap(&columns, &self.columns)
    for index in columns.indices { columns[index].keep(kept) }
    let firstSkipped = parts.lazy.compactMap(\.firstSkipped).first
    var table = ScannedTable(
      contents: contents, layout: layout, start: start, columns: columns, count: count,
      skipped: skipped, firstSkipped: firstSkipped.map { error(for: $0) },
      skippedLines: parts.flatMap(\.skippedLines).prefix(ScannedTable.mostSkippedLines)
        .map { contents.line(at: $0) })
    table.trimmedIDs = parts.reduce(0) { $0 + $1.trimmed }
    return table
  }
}

extension TableScan {
  /// What a fault means to a reader of the file.
  private func error(for fault: mrs_scan_result) -> DatasetError {
    let field = layout.fields[min(Int(fault.field), layout.fields.count - 1)].name
    let seen = "`\(excerpt(at: Int(fault.at)))`"
    let names = layout.fields.map(\.name).joined(separator: ", ")
    let shape = "\(layout.fields.count) fields separated by \(layout.separatorText): \(names)"
    let (message, help): (String, [String]) =
      switch Int(fault.fault) {
      case mrs_missing_field:
        ("the line ends after \(fault.field) of \(shape)", [])
      case mrs_extra_field: ("the line has more than \(shape)", [])
      case mrs_bad_number: ("\(field) must be a finite number, not \(seen)", [])
      case mrs_bad_time: ("\(field) must be a time in seconds, not \(seen)", [])
      case mrs_empty_id: ("\(field) is empty", [])
      case mrs_long_field:
        ("\(field) is longer than 4 MB", ["is this the right file, and the right separator?"])
      case mrs_open_quote: ("\(field) starts with a quote that nothing closes", [])
      default:
        ("\(field) goes on after its closing quote", ["write a quote inside quotes twice: \"\""])
      }
    return DatasetError(
      message, file: contents.path, line: contents.line(at: Int(fault.line)),
      help: help + [BadRows.advice],
      code: "E0512")
  }

  /// The start of the field at `offset`.
  private func excerpt(at offset: Int) -> String {
    let line = contents.lineBytes(at: min(offset, contents.bytes.count)).bytes
    let field = line.prefix(48).prefix { $0 != layout.separator }
    return String(decoding: field, as: UTF8.self)
  }
}
