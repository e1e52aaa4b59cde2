import Language

/// Where the nodes of a graph stand: in rows, so that every arrow goes down, with few crossings (Sugiyama,
/// Tagawa and Toda, "Methods for visual understanding of hierarchical system structures", 1981).
package struct GraphLayout {
  /// The most boxes that a row holds.
  package static let longestRow = 4

  /// One place in a row: the box of a node, or a bend where the line of a node passes that row. All arrows
  /// of a node share its bends, so that what many things came from is one trunk with branches.
  package struct Place {
    /// The node, or the one whose line it is.
    package var node: Int
    package var isBend: Bool
    package var row: Int
    /// The middle.
    package var x = 0.0
  }

  /// The nodes in order, and behind them the bends.
  package private(set) var places: [Place]
  /// The places of each row from left to right.
  package private(set) var rows: [[Int]] = []
  /// The first bend of each node that has some; the others follow it, row by row.
  private var firstBend: [Int: Int] = [:]
  private var above: [[Int]] = []
  private var below: [[Int]] = []

  package init(_ graph: OrderedGraph, boxWidth: Double) {
    places = Self.rows(of: graph).enumerated().map { Place(node: $0, isBend: false, row: $1) }
    addBends(graph)
    join(graph)
    reduceCrossings()
    place(boxWidth)
  }

  /// The longest way to each node from one that came from nothing; that one stands right above the first
  /// that came from it.
  package static func layers(of graph: OrderedGraph) -> [Int] {
    var layers: [Int] = []
    for origins in graph.sources { layers.append((origins.map { layers[$0] }.max() ?? -1) + 1) }
    for (node, targets) in graph.targets.enumerated() where graph.sources[node].isEmpty {
      layers[node] = (targets.map { layers[$0] }.min() ?? 1) - 1
    }
    return layers
  }

  /// The layers, of which those with too many nodes for one row take several.
  private static func rows(of graph: OrderedGraph) -> [Int] {
    let layers = layers(of: graph)
    var rows = layers
    var next = 0
    for layer in 0..<((layers.max() ?? -1) + 1) {
      let members = layers.indices.filter { layers[$0] == layer }
      let needed = max(1, (members.count + longestRow - 1) / longestRow)
      for (number, node) in members.enumerated() {
        rows[node] = next + number * needed / members.count
      }
      next += needed
    }
    return rows
  }

  private mutating func addBends(_ graph: OrderedGraph) {
    for (node, targets) in graph.targets.enumerated() {
      guard let last = targets.map({ places[$0].row }).max() else { continue }
      for row in stride(from: places[node].row + 1, to: last, by: 1) {
        if firstBend[node] == nil { firstBend[node] = places.count }
        places.append(Place(node: node, isBend: true, row: row))
      }
    }
    rows = Array(repeating: [], count: (places.map(\.row).max() ?? -1) + 1)
    for (index, place) in places.enumerated() { rows[place.row].append(index) }
  }

  private mutating func join(_ graph: OrderedGraph) {
    above = Array(repeating: [], count: places.count)
    below = above
    for (target, origins) in graph.sources.enumerated() {
      for origin in origins {
        let way = way(from: origin, to: target)
        for (upper, lower) in zip(way, way.dropFirst()) where !below[upper].contains(lower) {
          below[upper].append(lower)
          above[lower].append(upper)
        }
      }
    }
  }

  /// The places that an arrow goes through, its ends among them: one in each row.
  func way(from source: Int, to target: Int) -> [Int] {
    let first = firstBend[source] ?? 0
    let bends = max(0, places[target].row - places[source].row - 1)
    return [source] + (first..<(first + bends)) + [target]
  }

  // MARK: Crossings

  /// Puts each place below, then above, the middle of those that it is joined to, several times, and keeps
  /// the best order found.
  private mutating func reduceCrossings() {
    var best = rows
    var fewest = crossings
    for round in 0..<12 where fewest > 0 {
      let goesDown = round % 2 == 0
      let path = goesDown ? Array(rows.indices) : rows.indices.reversed()
      for row in path.dropFirst() {
        let beside = goesDown ? above : below
        let positions = self.positions
        rows[row] = rows[row].stablySorted { place in
          let joined = beside[place]
          guard !joined.isEmpty else { return Double(positions[place]) }
          return Double(joined.map { positions[$0] }.reduce(0, +)) / Double(joined.count)
        }
      }
      let now = crossings
      if now < fewest { (best, fewest) = (rows, now) }
    }
    rows = best
  }

  /// How far each place is from the left end of its row.
  private var positions: [Int] {
    var positions = Array(repeating: 0, count: places.count)
    for row in rows {
      for (position, place) in row.enumerated() { positions[place] = position }
    }
    return positions
  }

  /// How many pairs of lines cross.
  package var crossings: Int {
    let positions = self.positions
    return rows.map { row in
      let ends = row.flatMap { place in
        below[place].map { positions[$0] }.sorted().map { (place, $0) }
      }
      var count = 0
      for (index, line) in ends.enumerated() {
        count += ends[..<index].count { $0.0 != line.0 && $0.1 > line.1 }
      }
      return count
    }.reduce(0, +)
  }

  // MARK: Places

  /// Makes the lines short and long ones straight: row by row the places go where the weighted squares of how
  /// far the lines lead to the side are least, until little moves.
  private mutating func place(_ boxWidth: Double) {
    let offsets = rows.map { row in
      zip(row.dropFirst(), row).reduce(into: [0.0]) { sums, pair in
        sums.append((sums.last ?? 0) + distance(pair.1, pair.0, boxWidth))
      }
    }
    for (row, offsets) in zip(rows, offsets) {
      let middle = (offsets.last ?? 0) / 2
      for (place, offset) in zip(row, offsets) { places[place].x = offset - middle }
    }
    for round in 0..<60 {
      for row in round % 2 == 0 ? Array(rows.indices) : rows.indices.reversed() {
        var (wanted, weights): ([Double], [Double]) = ([], [])
        for (place, offset) in zip(rows[row], offsets[row]) {
          var (sum, weight) = (0.0, 0.0)
          for other in above[place] + below[place] {
            sum += places[other].x * self.weight(place, other)
            weight += self.weight(place, other)
          }
          wanted.append((weight > 0 ? sum / weight : places[place].x) - offset)
          weights.append(weight > 0 ? weight : 0.1)
        }
        for (position, value) in nearestRising(wanted, weights).enumerated() {
          places[rows[row][position]].x = value + offsets[row][position]
        }
      }
    }
  }

  /// How much the line between two places is to be straight: more within a trunk (the numbers are those of
  /// Gansner et al., "A technique for drawing directed graphs", 1993).
  private func weight(_ one: Int, _ other: Int) -> Double {
    switch (places[one].isBend, places[other].isBend) {
    case (true, true): 8
    case (false, false): 1
    default: 2
    }
  }

  /// From the middle of a place to that of the next in the row.
  private func distance(_ left: Int, _ right: Int, _ boxWidth: Double) -> Double {
    let halves = [left, right].map { places[$0].isBend ? 4 : boxWidth / 2 }
    return halves[0] + halves[1] + 24
  }
}

/// The numbers nearest to those given, by weighted squares, of which none is less than the one before it
/// (Ayer et al., "An empirical distribution function for sampling with incomplete information", 1955).
package func nearestRising(_ values: [Double], _ weights: [Double]) -> [Double] {
  var blocks: [(mean: Double, weight: Double, count: Int)] = []
  for (value, weight) in zip(values, weights) {
    var block = (mean: value, weight: weight, count: 1)
    while let last = blocks.last, last.mean > block.mean {
      blocks.removeLast()
      let weight = last.weight + block.weight
      block = (
        (last.mean * last.weight + block.mean * block.weight) / weight, weight,
        last.count + block.count
      )
    }
    blocks.append(block)
  }
  return blocks.flatMap { Array(repeating: $0.mean, count: $0.count) }
}
