/// A named matrix of weights inside one flat buffer.
package struct WeightBlock: Sendable, Equatable {
  package enum Kind: String, Sendable {
    /// Used as a whole by every task.
    case dense
    /// A row for each feature value; a task touches few of them.
    case lookup
    /// Solved for, not learned by steps, with rows of its own: no gradient is kept of it and no tape reads it.
    case solved
  }

  package var name: String
  package var rows: Int
  package var columns: Int
  package var kind: Kind
  /// Where in the network it is used: 0 makes features, the last stage is the head.
  package var stage: Int
  /// The standard deviation of its initial values.
  package var scale: Float
  /// The index of its first element in the buffer.
  package var offset = 0

  package init(
    _ name: String, rows: Int, columns: Int, kind: Kind = .dense, stage: Int, scale: Float
  ) {
    self.name = name
    self.rows = rows
    self.columns = columns
    self.kind = kind
    self.stage = stage
    self.scale = scale
  }

  package var count: Int { rows * columns }
}

/// Where each block lies in the buffer: tables first, so that what every task moves lies together behind them.
package struct Layout: Sendable, Equatable {
  package let blocks: [WeightBlock]
  package let count: Int

  /// Precondition: no table comes after a dense block.
  package init(_ blocks: [WeightBlock]) {
    let dense = blocks.drop { $0.kind != .dense }
    precondition(dense.allSatisfy { $0.kind == .dense }, "tables come before dense blocks")
    var offset = 0
    self.blocks = blocks.map { block in
      var placed = block
      placed.offset = offset
      offset += block.count
      return placed
    }
    count = offset
  }

  package func index(of name: String) -> Int? { blocks.firstIndex { $0.name == name } }
}
