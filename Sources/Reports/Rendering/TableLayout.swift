import Language

/// The texts and widths of a table's cells, fitted to a page.
struct TableLayout {
  /// The cells between two columns.
  static let gap = 2

  var titles: [String]
  var rows: [[String]]
  var widths: [Int]
  var isRight: [Bool]

  init(_ table: Table, width: Int) {
    titles = table.columns.map { $0.unit.isEmpty ? $0.title : "\($0.title) (\($0.unit))" }
    isRight = table.columns.map { $0.alignment == .right }
    let count = titles.count
    rows = table.rows.map { row in
      (0..<count).map { $0 < row.count ? row[$0].text : "" }
    }
    widths = titles.map { displayWidth($0) }
    for row in rows {
      for (column, cell) in row.enumerated() {
        widths[column] = max(widths[column], displayWidth(cell))
      }
    }
    fit(width)
  }

  var totalWidth: Int { widths.reduce(0, +) + TableLayout.gap * max(0, widths.count - 1) }

  /// Takes from the widest text columns until the table fits, so that those cut are equally wide; numbers
  /// are never cut.
  private mutating func fit(_ width: Int) {
    while totalWidth > width {
      let candidates = widths.indices.filter { !isRight[$0] && widths[$0] > 8 }
        .stablySorted(descending: true) { widths[$0] }
      guard let widest = candidates.first else { return }
      let next = candidates.dropFirst().first.map { widths[$0] } ?? 8
      let step = max(1, widths[widest] - max(8, next))
      widths[widest] -= min(step, totalWidth - width)
    }
  }

  /// The lines of one row, without spaces at their ends; texts that do not fit go on below.
  func lines(_ cells: [String]) -> [String] {
    let parts = zip(cells, widths).map { cell, width in
      wrapped(cell, to: width).map { clipped($0, to: width) }
    }
    let height = parts.map(\.count).max() ?? 0
    return (0..<height).map { line in
      var text = ""
      for (column, part) in parts.enumerated() {
        if column > 0 { text += String(repeating: " ", count: TableLayout.gap) }
        let cell = line < part.count ? part[line] : ""
        text += padded(cell, to: widths[column], right: isRight[column])
      }
      while text.hasSuffix(" ") { text.removeLast() }
      return text
    }
  }
}

extension Table {
  /// The columns of the parts that fit a page, one below the other; each repeats the first column, uncut if
  /// that leaves the others two thirds of the page.
  func bandColumns(width: Int) -> [[Int]] {
    let whole = TableLayout(self, width: width)
    guard whole.totalWidth > width, columns.count > 2 else { return [Array(columns.indices)] }
    let uncut = TableLayout(self, width: .max).widths[0]
    let first = max(whole.widths[0], min(uncut, width / 3))
    var bands: [[Int]] = [[]]
    var used = first
    for column in columns.indices.dropFirst() {
      let wanted = TableLayout.gap + whole.widths[column]
      if used + wanted > width, !bands[bands.count - 1].isEmpty {
        bands.append([])
        used = first
      }
      bands[bands.count - 1].append(column)
      used += wanted
    }
    return bands.map { [0] + $0 }
  }

  /// The table in parts that fit a page.
  func bands(width: Int) -> [Table] {
    let bands = bandColumns(width: width)
    guard bands.count > 1 else { return [self] }
    return bands.enumerated().map { number, chosen in
      var band = self
      band.columns = chosen.map { columns[$0] }
      band.rows = rows.map { row in chosen.map { $0 < row.count ? row[$0] : .missing } }
      if number > 0 { band.title = "" }
      if number < bands.count - 1 { band.footnotes = [] }
      return band
    }
  }
}

extension Table.Cell {
  /// The cell as people read it.
  package var text: String {
    switch self {
    case .text(let text): text.replacing("\n", with: " ")
    case .count(let count): grouped(count)
    case .number(let value, let digits): fixed(value, digits: digits)
    case .interval(let value, let halfWidth, let digits):
      "\(fixed(value, digits: digits)) ± \(fixed(halfWidth, digits: digits))"
    case .missing: "–"
    }
  }
}
