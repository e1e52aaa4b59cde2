import Language
import Reports

/// What a statement said: blocks in reading order, and the named values of its result.
///
/// Commands of one's own return one; laboratories hand one out for each statement that has something to say.
public struct Output: Sendable, Equatable {
  /// A part of an output.
  public enum Block: Sendable, Equatable {
    case heading(String)
    /// One paragraph.
    case text(String)
    /// A remark that is not the result itself: what was assumed or left out.
    case note(String)
    /// What should not be overlooked.
    case warning(String)
    case table(Table)
    /// Lines of the language.
    case code(String)
  }

  /// The named values, as a record; no fields when there are none.
  public var result: Value { Value(report.result) }
  /// The blocks in order; plots are not among them, but in ``text(width:)``, ``html`` and ``json``.
  public var blocks: [Block] { report.blocks.compactMap { Block($0) } }
  /// The tables among the blocks.
  public var tables: [Table] {
    blocks.compactMap { if case .table(let table) = $0 { table } else { nil } }
  }
  /// The statement that said it, as the script writes it; empty for one that a command has yet to hand out.
  public internal(set) var statement = ""
  /// How long the statement took.
  public internal(set) var seconds = 0.0

  var report: Report

  /// - Parameters:
  ///   - blocks: what to say, in order.
  ///   - fields: the values of the result by name, in order; the declaration of the command names the same ones.
  public init(_ blocks: [Block] = [], fields: [Value.Field] = []) {
    report = Report(
      blocks.map(\.inReports),
      result: Record(fields.map { Record.Field($0.name, $0.value.inLanguage) }))
  }

  init(_ report: Report, statement: String = "", seconds: Double = 0) {
    self.report = report
    self.statement = statement
    self.seconds = seconds
  }

  /// Aligned text without colours that ends with a line end, or nothing when there is nothing to say.
  ///
  /// - Parameter width: how many characters fit into a line; what is below 20 counts as 20.
  public func text(width: Int = 100) -> String {
    var renderer = PlainRenderer()
    renderer.page.width = min(max(width, 20), 10_000)
    return renderer.text(report)
  }

  /// One JSON object with `blocks` and `result`, on one line, or `null` when there is nothing to say; numbers have
  /// all their digits, and those that JSON cannot say are null.
  public var json: String { report.line }
  /// For documents that people edit.
  public var markdown: String { MarkdownRenderer().text(report) }
  /// A fragment of a web page, with plots as SVG.
  public var html: String { HTMLRenderer().text(report) }
}

/// A table whose cells keep their meaning. Every row has as many cells as there are columns.
public struct Table: Sendable, Equatable {
  /// A value of a table.
  public enum Cell: Sendable, Equatable {
    case text(String)
    case count(Int)
    /// A number, and how many digits behind the point are worth reading (0 to 15).
    case number(Double, digits: Int)
    /// A mean with its 95 % interval: value ± halfWidth.
    case interval(Double, halfWidth: Double, digits: Int)
    case missing

    /// The number that it is; NaN for a text, and where it is missing.
    public var value: Double {
      switch self {
      case .count(let count): Double(count)
      case .number(let value, _), .interval(let value, _, _): value
      case .text, .missing: .nan
      }
    }

    /// The cell as people read it: `1,682`, `0.74 ± 0.02`; empty where it is missing.
    public var shown: String { self == .missing ? "" : inReports.text }
  }

  public let title: String
  /// The titles of the columns.
  public let columns: [String]
  public let rows: [[Cell]]
  public let footnotes: [String]

  /// - Parameter rows: those that are shorter than `columns` are filled with missing cells, longer ones are cut.
  public init(
    _ title: String = "", columns: [String], rows: [[Cell]], footnotes: [String] = []
  ) {
    self.title = title
    self.columns = columns
    self.rows = rows.map { row in
      (0..<columns.count).map { $0 < row.count ? row[$0] : .missing }
    }
    self.footnotes = footnotes
  }

  /// The cells of a column. Throws E0521 when there is none of that title.
  public func column(_ title: String) throws -> [Cell] {
    guard let place = columns.firstIndex(of: title) else {
      throw LaboratoryError(
        "E0521", "the table has no column `\(title)`",
        help: ["columns: " + columns.joined(separator: ", ")],
        suggestions: suggestions(for: title, among: columns))
    }
    return rows.map { $0[place] }
  }

  /// The numbers of a column, NaN where a cell holds none. Throws E0521 when there is no such column.
  public func numbers(_ title: String) throws -> [Double] {
    try column(title).map(\.value)
  }
}

extension Output.Block {
  init?(_ block: Report.Block) {
    switch block {
    case .heading(let text): self = .heading(text)
    case .text(let text): self = .text(text)
    case .note(let text): self = .note(text)
    case .warning(let text): self = .warning(text)
    case .code(let text): self = .code(text)
    case .table(let table): self = .table(Table(table))
    case .curve, .graph: return nil
    }
  }

  var inReports: Report.Block {
    switch self {
    case .heading(let text): .heading(text)
    case .text(let text): .text(text)
    case .note(let text): .note(text)
    case .warning(let text): .warning(text)
    case .code(let text): .code(text)
    case .table(let table): .table(table.inReports)
    }
  }
}

extension Table {
  init(_ table: Reports.Table) {
    self.init(
      table.title, columns: table.columns.map(\.title),
      rows: table.rows.map { row in row.map { Cell($0) } }, footnotes: table.footnotes)
  }

  var inReports: Reports.Table {
    let columns = self.columns.indices.map { place in
      let isText = rows.contains { row in
        if case .text = row[place] { true } else { false }
      }
      return Reports.Table.Column(self.columns[place], isText ? .left : .right)
    }
    return Reports.Table(
      title, columns: columns, rows: rows.map { $0.map(\.inReports) }, footnotes: footnotes)
  }
}

extension Table.Cell {
  init(_ cell: Reports.Table.Cell) {
    switch cell {
    case .text(let text): self = .text(text)
    case .count(let count): self = .count(count)
    case .number(let value, let digits): self = .number(value, digits: digits)
    case .interval(let value, let halfWidth, let digits):
      self = .interval(value, halfWidth: halfWidth, digits: digits)
    case .missing: self = .missing
    }
  }

  var inReports: Reports.Table.Cell {
    func usual(_ digits: Int) -> Int { min(max(digits, 0), 15) }
    switch self {
    case .text(let text): return .text(text)
    case .count(let count): return .count(count)
    case .number(let value, let digits): return .number(value, digits: usual(digits))
    case .interval(let value, let halfWidth, let digits):
      return .interval(value, halfWidth: halfWidth, digits: usual(digits))
    case .missing: return .missing
    }
  }
}
