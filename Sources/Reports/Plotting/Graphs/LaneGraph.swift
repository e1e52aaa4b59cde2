import Language

/// A graph drawn in characters, one node a line below all that it came from: from each node that others came
/// from a lane goes down, as far as the last of them.
struct LaneGraph {
  private let graph: OrderedGraph
  private let page: Page

  init(_ graph: Graph, page: Page) {
    self.graph = OrderedGraph(graph.cleaned)
    self.page = page
  }

  /// No line is wider than the page. When the lanes would take more than a third of it, words say it.
  var lines: [String] {
    let rows = LaneRow.rows(of: graph)
    let lanes = rows.map { $0.cells.count }.max() ?? 0
    let gutter = 2 * lanes + 1
    guard gutter <= max(9, page.width / 3) else { return GraphInWords(graph, page: page).lines }
    let room = page.width - gutter
    let names = graph.nodes.map { $0.name(in: room) }
    let sides = Sides(
      gutter: gutter, left: names.map { displayWidth($0) }.max() ?? 0, width: page.width)
    var lines = graph.opening(page)
    for ((row, name), node) in zip(zip(rows, names), graph.nodes) {
      lines += sides.lines(
        [page.ink(name, node.state == .plain ? .strong : node.state.ink)], displayWidth(name),
        node.detail,
        gutters: (row.text(to: gutter, node.state, page), row.textBelow(to: gutter, page)))
    }
    return lines + graph.closing(page)
  }
}

/// The lanes beside one node.
private struct LaneRow {
  enum Cell { case free, passing, node, branching, ending }

  var cells: [Cell]
  /// The lanes that go on below.
  var isTaken: [Bool]

  static func rows(of graph: OrderedGraph) -> [LaneRow] {
    var left = graph.targets.map(\.count)
    var lanes: [Int?] = []
    var leaf: Int?
    return graph.nodes.indices.map { node in
      var cells = lanes.map { $0 == nil ? Cell.free : .passing }
      var last: Int?
      for lane in lanes.indices {
        guard let origin = lanes[lane], graph.sources[node].contains(origin) else { continue }
        left[origin] -= 1
        cells[lane] = left[origin] == 0 ? .ending : .branching
        if left[origin] == 0 { lanes[lane] = nil }
        last = lane
      }
      // Right of all that it came from, or straight below the last of them if that ends here.
      // Never straight below the node before if this did not come from it: it would look as if it had.
      var own = last ?? 0
      while own == leaf || own < lanes.count && lanes[own] != nil { own += 1 }
      while own >= lanes.count {
        lanes.append(nil)
        cells.append(.free)
      }
      cells[own] = .node
      lanes[own] = left[node] > 0 ? node : nil
      leaf = left[node] > 0 ? nil : own
      while let end = lanes.last, end == nil { lanes.removeLast() }
      return LaneRow(cells: cells, isTaken: lanes.map { $0 != nil })
    }
  }

  func text(to width: Int, _ state: Graph.State, _ page: Page) -> String {
    let node = cells.firstIndex { $0 == .node } ?? 0
    let first = cells.firstIndex { $0 == .branching || $0 == .ending } ?? node
    var parts = [""]
    for (lane, cell) in cells.enumerated() {
      if lane > 0 { parts[parts.count - 1] += lane > first && lane <= node ? "─" : " " }
      if cell == .node {
        parts += [state == .plain ? "●" : "○", ""]
        continue
      }
      parts[parts.count - 1] += sign(
        cell, isFirst: lane == first, isCrossed: lane > first && lane < node)
    }
    let space = String(repeating: " ", count: max(0, width - 2 * cells.count + 1))
    return page.ink(parts[0], .dim) + page.ink(parts[1], state == .plain ? .accent : state.ink)
      + page.ink(parts[2], .dim) + space
  }

  private func sign(_ cell: Cell, isFirst: Bool, isCrossed: Bool) -> String {
    switch cell {
    case .free, .node: isCrossed ? "─" : " "
    // Unbroken: the line from left to right goes behind it.
    case .passing: "│"
    case .branching: isFirst ? "├" : "┼"
    case .ending: isFirst ? "╰" : "┴"
    }
  }

  func textBelow(to width: Int, _ page: Page) -> String {
    let text = isTaken.map { $0 ? "│ " : "  " }.joined()
    return page.ink(padded(text, to: width), .dim)
  }
}
