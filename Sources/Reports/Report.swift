import Language

/// What a command says: blocks in reading order, and the named values a script can ask for.
package struct Report: Sendable, Equatable, Codable {
  package enum Block: Sendable, Equatable, Codable {
    /// One paragraph.
    case text(String)
    /// A remark that is not the result itself: what was assumed, left out, or is worth knowing.
    case note(String)
    /// Something the user should not overlook.
    case warning(String)
    case table(Table)
    case curve(Curve)
    case graph(Graph)
    /// Lines of the command language.
    case code(String)
    case heading(String)
  }

  package var blocks: [Block]
  /// What `let r = …` binds: `$r.mae`.
  package var result: Record

  package init(_ blocks: [Block] = [], result: Record = Record()) {
    self.blocks = blocks
    self.result = result
  }
}

/// A table whose cells keep their meaning, so that each renderer decides how they look.
package struct Table: Sendable, Equatable, Codable {
  package struct Column: Sendable, Equatable, Codable {
    package enum Alignment: String, Sendable, Codable { case left, right }

    package var title: String
    package var alignment: Alignment
    package var unit: String

    package init(_ title: String, _ alignment: Alignment = .left, unit: String = "") {
      self.title = title
      self.alignment = alignment
      self.unit = unit
    }
  }

  package enum Cell: Sendable, Equatable, Codable {
    case text(String)
    case count(Int)
    case number(Double, digits: Int)
    /// A value with its 95 % interval: value ± halfWidth.
    case interval(Double, halfWidth: Double, digits: Int)
    case missing
  }

  package var title: String
  package var columns: [Column]
  package var rows: [[Cell]]
  /// The row to draw the eye to, if any.
  package var emphasis: Int?
  package var footnotes: [String]
  /// What all rows share and readers find in the title: whose list it is. Programs get a column for each.
  package var keys: [Key]?

  package struct Key: Sendable, Equatable, Codable {
    package var name: String
    package var value: String

    package init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  package init(
    _ title: String = "", columns: [Column], rows: [[Cell]] = [], emphasis: Int? = nil,
    footnotes: [String] = []
  ) {
    self.title = title
    self.columns = columns
    self.rows = rows
    self.emphasis = emphasis
    self.footnotes = footnotes
  }
}

/// Lines, points or bars over common axes.
package struct Curve: Sendable, Equatable, Codable {
  package struct Series: Sendable, Equatable, Codable {
    package var name: String
    package var points: [Point]

    package init(_ name: String, _ points: [Point]) {
      self.name = name
      self.points = points
    }
  }

  package struct Point: Sendable, Equatable, Codable {
    package var x: Double
    package var y: Double

    package init(_ x: Double, _ y: Double) {
      self.x = x
      self.y = y
    }
  }

  /// How the places of a series are shown; with `heat` each series is a row of a map, x counts its columns, which
  /// have names, and y is what a shade stands for.
  package enum Mark: String, Sendable, Codable { case line, point, bar, heat }

  package var title: String
  package var xLabel: String
  package var yLabel: String
  package var series: [Series]
  package var mark = Mark.line
  /// What x counts, from 0 on, where it is no number: the values that a sweep went through.
  package var names: [String] = []

  package init(_ title: String, x: String, y: String, series: [Series]) {
    self.title = title
    self.xLabel = x
    self.yLabel = y
    self.series = series
  }
}
