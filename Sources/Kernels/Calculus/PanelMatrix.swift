/// A large matrix in panels of 64 columns, each of them row after row, so that whatever reads a few columns of
/// many rows reads memory that lies together. Rows and columns are filled up with zeros to multiples of 64.
package final class PanelMatrix: @unchecked Sendable {
  /// The columns of a panel, and the rows of a tile.
  package static let width = 64

  package let rows: Int
  package let columns: Int
  /// The rows with those that fill up the last tile.
  package let paddedRows: Int
  package let panelCount: Int
  private let buffer: FloatBuffer

  /// Zeros.
  package init(rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
    paddedRows = Self.tiles(rows) * Self.width
    panelCount = Self.tiles(columns)
    buffer = FloatBuffer(count: paddedRows * panelCount * Self.width)
  }

  /// How many tiles or panels hold so many rows or columns.
  package static func tiles(_ count: Int) -> Int { (count + width - 1) / width }

  /// The memory of a matrix of that size, in bytes.
  package static func bytes(rows: Int, columns: Int) -> Double {
    4 * Double(tiles(rows) * width) * Double(tiles(columns) * width)
  }

  package static func bytes(square size: Int) -> Double { bytes(rows: size, columns: size) }

  package var tileRows: Int { paddedRows / Self.width }

  /// The columns 64·`panel`… of all rows.
  package func panel(_ panel: Int) -> Matrix {
    Matrix(
      buffer.base + panel * paddedRows * Self.width, rows: paddedRows, columns: Self.width)
  }

  /// The rows 64·`row`… and columns 64·`panel`…
  package func tile(_ row: Int, _ panel: Int) -> Matrix {
    self.panel(panel).rows(row * Self.width..<(row + 1) * Self.width)
  }

  package subscript(row: Int, column: Int) -> Float {
    get { panel(column / Self.width)[row, column % Self.width] }
    set { panel(column / Self.width)[row, column % Self.width] = newValue }
  }

  /// Lets `change` have each panel with the numbers of its columns, several at the same time.
  package func eachPanel(_ change: @Sendable (Matrix, Range<Int>) -> Void) {
    parallel(panelCount) { panel in
      if Cancellation.isRequested { return }
      let first = panel * Self.width
      change(self.panel(panel), first..<min(columns, first + Self.width))
    }
  }

  package func copy() -> PanelMatrix {
    let other = PanelMatrix(rows: rows, columns: columns)
    parallel(panelCount) { panel in
      if !Cancellation.isRequested { other.panel(panel).copy(from: self.panel(panel)) }
    }
    return other
  }

  /// The rows one after the other, without those that fill up.
  package var array: [[Float]] {
    (0..<rows).map { row in (0..<columns).map { self[row, $0] } }
  }

  /// Makes a square matrix symmetric by copying what lies above the diagonal below it.
  package func mirrorUpper(_ kernels: KernelSet) {
    parallel(panelCount) { panel in
      if Cancellation.isRequested { return }
      for row in panel..<panelCount {
        if row > panel {
          kernels.transpose(tile(panel, row), into: tile(row, panel))
          continue
        }
        let own = tile(panel, panel)
        for i in 0..<Self.width { for j in 0..<i { own[i, j] = own[j, i] } }
      }
    }
  }
}
