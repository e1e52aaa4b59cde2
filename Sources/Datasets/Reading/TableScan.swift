import CKernels
import Kernels

extension RowLayout {
  /// Reads all rows of the file from the byte `start` on, on the threads of the work
  /// under way.
  ///
  /// Ids that are small whole numbers are kept as such; when one is not, the file is read again with
  /// that column as tokens.
  package func scan(
    _ contents: FileContents, from start: Int? = nil, badRows: BadRows = .refuse
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
  /// A field whose ids do not fit `smallIDs`.
  var notSmall: Int?
}

private struct TableScan {
  let contents: FileContents
  let layout: RowLayout
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

  /// Stretches of about equal size that start at lines.
  private func stretches() -> [Range<Int>] {
    let end = contents.bytes.count
    guard let base, end - start > 1 << 20 else { return [start..<end] }
    if layout.isQuoted, mrs_count_byte(base, Int64(start), Int64(end), 34) > 0 {
      return [start..<end]  // A line end may be part of a field.
    }
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
    let stretches = stretches()
    guard let base else { return [] }
    nonisolated(unsafe) let bytes = base
    let newlines = orderedMap(stretches.count) { part -> Int in
      let range = stretches[part]
      let lines = mrs_count_byte(bytes, Int64(range.lowerBound), Int64(range.upperBound), 10)
      return Int(lines) + (part == stretches.count - 1 ? 1 : 0)
    }
    firstRows = newlines.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1) }
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
      return orderedMap(stretches.count, abandoned: ScannedPart()) { part in
        let shifted = zip(bases, strides).map { $0?.advanced(by: $1 * firstRows[part]) }
        return scan.scan(
          stretches[part], into: shifted, strides: strides, room: newlines[part], kinds: kinds,
          base: bytes)
      }
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
        part.firstSkipped = part.firstSkipped ?? result
        if part.skippedLines.count < 8 { part.skippedLines.append(Int(result.line)) }
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

  func table(from parts: [ScannedPart]) throws(DatasetError) -> ScannedTable {
    if let fault = parts.lazy.compactMap(\.fault).first { throw error(for: fault) }
    let count = parts.reduce(0) { $0 + $1.rows }
    let skipped = parts.reduce(0) { $0 + $1.skipped }
    guard count > 0 else {
      throw DatasetError(
        skipped > 0 ? "no row can be read; all \(skipped) are malformed" : "the file has no rows",
        file: contents.path,
        help: ["a row is: " + layout.fields.map(\.name).joined(separator: ", ")], code: "E0511")
    }
    var kept: [Range<Int>] = []
    for (first, part) in zip(firstRows, parts) {
      if let last = kept.last, last.upperBound == first {
        kept[kept.count - 1] = last.lowerBound..<first + part.rows
      } else {
        kept.append(first..<first + part.rows)
      }
    }
    var columns = columns
    for index in columns.indices { columns[index].keep(kept) }
    let firstSkipped = parts.lazy.compactMap(\.firstSkipped).first
    return ScannedTable(
      contents: contents, layout: layout, start: start, columns: columns, count: count,
      skipped: skipped, firstSkipped: firstSkipped.map { error(for: $0) },
      skippedLines: parts.flatMap(\.skippedLines).prefix(8).map { contents.line(at: $0) })
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
