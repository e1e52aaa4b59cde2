import Datasets
import Kernels

/// The graph of training: its nodes are the rows of the embedding table (items and the values of features) and the
/// training users, its edges the ratings, who or what has which feature, and which training users trust each other.
///
/// A ← D^−½·A·D^−½ with D the sums of its rows; what is propagated is (I + A + … + Aᴸ)/(L + 1) times the table, users
/// starting from nothing of their own (LightGCN; He et al. 2020). A is symmetric, and so is the map: it is its own
/// transpose, by which gradients come back. A row without an edge stays as it is.
package struct FeatureGraph: Sendable {
  package let layers: Int
  private let tableRows: Int
  private let offsets: [Int32]
  private let neighbours: [Int32]
  private let weights: [Float]
  private let isIsolated: [Bool]

  /// Edges between two nodes; those between the same two add up.
  private typealias Edge = (a: Int32, b: Int32, weight: Float)

  /// - Parameter rows: the interaction rows of all training tasks.
  package init(_ encoder: FeatureEncoder, _ data: Dataset, training rows: [Int32], layers: Int) {
    self.layers = layers
    tableRows = encoder.tableRows
    let edges = Self.edges(encoder, data, rows)
    let nodes = tableRows + data.users.count
    var degrees = [Float](repeating: 0, count: nodes)
    var counts = [Int32](repeating: 0, count: nodes + 1)
    for edge in edges {
      for node in [edge.a, edge.b] {
        degrees[Int(node)] += edge.weight
        counts[Int(node) + 1] += 1
      }
    }
    for node in 0..<nodes { counts[node + 1] += counts[node] }
    offsets = counts
    isIsolated = degrees.map { $0 == 0 }
    var next = counts
    var neighbours = [Int32](repeating: 0, count: 2 * edges.count)
    var weights = [Float](repeating: 0, count: 2 * edges.count)
    for edge in edges {
      let weight = edge.weight / (degrees[Int(edge.a)] * degrees[Int(edge.b)]).squareRoot()
      for (from, to) in [(edge.a, edge.b), (edge.b, edge.a)] {
        let at = Int(next[Int(from)])
        (neighbours[at], weights[at]) = (to, weight)
        next[Int(from)] += 1
      }
    }
    (self.neighbours, self.weights) = (neighbours, weights)
  }

  private static func edges(
    _ encoder: FeatureEncoder, _ data: Dataset, _ rows: [Int32]
  ) -> [Edge] {
    // Values that training did not see, and numbers, are no nodes.
    var isNode = [Bool](repeating: false, count: encoder.tableRows)
    for field in encoder.fields where field.kind != .number {
      for row in field.start + 1..<field.start + field.rows { isNode[row] = true }
    }
    var edges: [Edge] = []
    var (knowsUser, knowsItem) = (
      [Bool](repeating: false, count: data.users.count),
      [Bool](repeating: false, count: data.items.count)
    )
    func describe(_ node: Int32, by codes: EntityCodes, _ entries: Range<Int>) {
      for at in entries where isNode[Int(codes.rows[at])] && codes.rows[at] != node {
        if codes.weights[at] > 0 { edges.append((node, codes.rows[at], codes.weights[at])) }
      }
    }
    for row in rows {
      let (user, item) = (
        data.interactions.users[Int(row)], data.interactions.items[Int(row)]
      )
      let (userNode, itemNode) = (
        Int32(encoder.tableRows) + user, encoder.identityRow(ofItem: item)
      )
      if isNode[Int(itemNode)] { edges.append((userNode, itemNode, 1)) }
      if !knowsUser[Int(user)], encoder.users.fields > 0 {
        describe(userNode, by: encoder.users, encoder.users.entries(of: Int(user)))
      }
      if !knowsItem[Int(item)], isNode[Int(itemNode)] {
        describe(itemNode, by: encoder.items, encoder.items.entries(of: Int(item)))
      }
      (knowsUser[Int(user)], knowsItem[Int(item)]) = (true, true)
    }
    return edges + friendships(data, knowsUser, firstNode: Int32(encoder.tableRows))
  }

  /// Edges between training users who trust each other, weighing the mean of both directions.
  private static func friendships(
    _ data: Dataset, _ isKnown: [Bool], firstNode: Int32
  ) -> [Edge] {
    guard let friends = data.friends else { return [] }
    return isKnown.indices.filter { isKnown[$0] }.flatMap { user in
      friends.range(user).compactMap { place in
        let (friend, weight) = (friends.users[place], friends.weights[place] / 2)
        guard isKnown[Int(friend)], weight > 0, Int(friend) != user else { return nil }
        return (firstNode + Int32(user), firstNode + friend, weight)
      }
    }
  }

  /// In how many parts a layer is computed, on any machine.
  private static let parts = 32

  /// Replaces a table, or the gradient of a propagated one, by its image under the map.
  package func propagate(_ table: Matrix, threads: Int, _ kernels: KernelSet) {
    guard layers > 0 else { return }
    let (nodes, width) = (offsets.count - 1, table.columns)
    let own = tableRows * width
    let buffers = (FloatBuffer(count: nodes * width), FloatBuffer(count: nodes * width))
    let sum = FloatBuffer(count: own)
    buffers.0.base.update(from: table.base, count: own)
    sum.base.update(from: table.base, count: own)
    let all = Matrix(sum.base, rows: tableRows, columns: width)
    for layer in 0..<layers where !Cancellation.isRequested {
      let (from, to) = layer % 2 == 0 ? (buffers.0, buffers.1) : (buffers.1, buffers.0)
      spread(
        Matrix(from.base, rows: nodes, columns: width),
        into: Matrix(to.base, rows: nodes, columns: width), threads: threads, kernels)
      kernels.axpy(1, Matrix(to.base, rows: tableRows, columns: width), all)
    }
    let share = 1 / Float(layers + 1)
    for row in 0..<tableRows where !isIsolated[row] {
      kernels.scale(share, all.rows(row..<row + 1), into: table.rows(row..<row + 1))
    }
  }

  /// One step from every node to its neighbours.
  private func spread(_ x: Matrix, into y: Matrix, threads: Int, _ kernels: KernelSet) {
    offsets.withUnsafeBufferPointer { offsets in
      neighbours.withUnsafeBufferPointer { neighbours in
        weights.withUnsafeBufferPointer { weights in
          guard let offsets = offsets.baseAddress, let neighbours = neighbours.baseAddress,
            let weights = weights.baseAddress
          else { return }
          nonisolated(unsafe) let edges = (offsets, neighbours, weights)
          parallel(Self.parts, threads: threads) { part in
            let range = x.rows * part / Self.parts..<x.rows * (part + 1) / Self.parts
            guard !range.isEmpty else { return }
            kernels.embed(
              EmbeddingBag(
                count: range.count, step: 1, offsets: edges.0 + range.lowerBound,
                indices: edges.1, weights: edges.2), x, into: y.rows(range))
          }
        }
      }
    }
  }
}
