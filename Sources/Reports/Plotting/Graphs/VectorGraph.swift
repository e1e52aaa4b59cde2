import Language

/// A graph as an SVG picture: boxes in rows and arrows from top to bottom, readable on light and dark ground.
package struct VectorGraph {
  private let graph: OrderedGraph
  private let layout: GraphLayout
  private let boxWidth: Double
  /// The lines of words in each box below its label; as many in all, so that rows are even.
  private let details: [[String]]
  private let margin = 12.0
  private let gap = 56.0

  package init(_ graph: Graph) {
    let ordered = OrderedGraph(graph.cleaned)
    self.graph = ordered
    let draft = GraphLayout(ordered, boxWidth: 100)
    let longest = draft.rows.map { row in row.count { !draft.places[$0].isBend } }.max() ?? 0
    let widest = longest < 3 ? 252.0 : longest == 3 ? 220 : 190
    let needed = ordered.nodes.map { node in
      let state = node.stateWord.isEmpty ? 0 : 16 + Self.width(node.stateWord, size: 11)
      return max(
        Self.width(node.label, size: 13) + state, Self.width(node.detail, size: 11)) + 28
    }
    let width = min(widest, max(104, (needed.max() ?? 0).rounded(.up)))
    let cells = Int((width - 28) / Self.width("x", size: 11))
    boxWidth = width
    layout = GraphLayout(ordered, boxWidth: width)
    details = ordered.nodes.map { Self.lines(of: $0.detail, cells: cells) }
  }

  /// About how wide a text is; a label of 13 is bold.
  private static func width(_ text: String, size: Double) -> Double {
    Double(displayWidth(text)) * size * (size > 12 ? 0.68 : 0.62)
  }

  /// At most two lines, the rest cut.
  private static func lines(of detail: String, cells: Int) -> [String] {
    guard !detail.isEmpty else { return [] }
    let lines = wrapped(detail, to: cells)
    let shown = lines.count > 2 ? [lines[0], lines.dropFirst().joined(separator: " ")] : lines
    return shown.map { clipped($0, to: cells) }
  }

  private var boxHeight: Double { 30 + 15 * Double(details.map(\.count).max() ?? 0) + 3 }
  private var top: Double { graph.title.isEmpty ? margin : 38 }
  /// How far all places are moved for the leftmost box to stand at the margin.
  private var shift: Double {
    margin - (layout.places.map { $0.x - ($0.isBend ? 4 : boxWidth / 2) }.min() ?? 0)
  }

  private func middle(_ place: Int) -> Double { layout.places[place].x + shift }
  private func upperEdge(_ place: Int) -> Double {
    top + Double(layout.places[place].row) * (boxHeight + gap)
  }

  /// The whole `svg` element; it needs nothing from outside.
  package var text: String {
    let right = layout.places.indices.map {
      middle($0) + (layout.places[$0].isBend ? 4 : boxWidth / 2)
    }.max()
    let note = graph.nodes.isEmpty ? "nothing to draw" : graph.omission ?? ""
    let heading = clipped(graph.title, to: 90)
    let width = max(
      (right ?? 0) + margin, Self.width(heading, size: 14) + 2 * margin,
      Self.width(note, size: 12) + 2 * margin)
    let rows = Double(layout.rows.count)
    let below = top + rows * boxHeight + max(0, rows - 1) * gap + margin
    var parts = [
      SVG.start(width, below + (note.isEmpty ? 0 : 20)),
      "<title>\(markup(graph.title))</title>", "<desc>\(markup(description))</desc>",
    ]
    if !heading.isEmpty {
      parts.append(
        words(margin, 20, heading, " font-size=\"14\" font-weight=\"bold\""))
    }
    let arrows = graph.nodes.indices.flatMap { self.arrows(to: $0) }
    if !arrows.isEmpty {
      // Faint as a whole: where arrows share a trunk it is no darker.
      parts += ["<g opacity=\"0.5\" stroke-width=\"1.5\">"] + arrows + ["</g>"]
    }
    parts += graph.nodes.indices.map { box($0) }
    if !note.isEmpty { parts.append(words(margin, below + 6, note, " opacity=\"0.75\"")) }
    return parts.joined(separator: "\n") + "\n</svg>\n"
  }

  /// The same in words, for those who cannot see it.
  private var description: String {
    graph.nodes.indices.map { graph.sentence(of: $0) }.joined(separator: "; ")
  }

  // MARK: Arrows

  /// One path from each node that this one came from, ending side by side, and the heads.
  private func arrows(to node: Int) -> [String] {
    let ways = graph.sources[node].map { layout.way(from: $0, to: node) }
      .stablySorted { middle($0[$0.count - 2]) }
    let distance = min(18, (boxWidth - 48) / Double(max(1, ways.count - 1)))
    let bottom = upperEdge(node)
    return ways.enumerated().map { index, way in
      let x = middle(node) + (Double(index) - Double(ways.count - 1) / 2) * distance
      return "<path d=\"\(line(along: way, to: x))\" fill=\"none\" stroke=\"currentColor\"/>"
        + "<path d=\"M\(n(x - 4.5)) \(n(bottom - 9))h9L\(n(x)) \(n(bottom - 1))Z\"/>"
    }
  }

  /// Curves between the rows, and straight down within them, between boxes.
  private func line(along way: [Int], to x: Double) -> String {
    var from = (x: middle(way[0]), y: upperEdge(way[0]) + boxHeight)
    var path = "M\(n(from.x)) \(n(from.y))"
    for (number, place) in way.enumerated().dropFirst() {
      let isLast = number == way.count - 1
      let to = (x: isLast ? x : middle(place), y: upperEdge(place) - (isLast ? 8 : 0))
      let half = (from.y + to.y) / 2
      path += "C\(n(from.x)) \(n(half)) \(n(to.x)) \(n(half)) \(n(to.x)) \(n(to.y))"
      if !isLast { path += "V\(n(to.y + boxHeight))" }
      from = (to.x, to.y + (isLast ? 0 : boxHeight))
    }
    return path
  }

  // MARK: Boxes

  private func box(_ index: Int) -> String {
    let node = graph.nodes[index]
    let left = middle(index) - boxWidth / 2
    let upper = upperEdge(index)
    let whole = node.name() + (node.detail.isEmpty ? "" : "\n" + node.detail)
    let state = node.stateWord
    let taken = state.isEmpty ? 0 : 16 + Self.width(state, size: 11)
    let room = Int((boxWidth - 28 - taken) / Self.width("x", size: 13))
    let lines = details[index]
    // A box with less to say than others has it in its middle.
    let base = upper + (boxHeight - 15 * Double(lines.count)) / 2 + 4.5
    var parts = [
      "<g>", "<title>\(markup(whole))</title>",
      "<rect x=\"\(n(left))\" y=\"\(n(upper))\" width=\"\(n(boxWidth))\" height=\"\(n(boxHeight))\" "
        + "rx=\"7\" fill=\"\(colour(node.state))\" fill-opacity=\"0.07\" "
        + "stroke=\"\(colour(node.state))\" stroke-width=\"1.5\"\(dashes(node.state))/>",
      words(
        left + 14, base, clipped(node.label, to: room), " font-size=\"13\" font-weight=\"bold\""),
    ]
    if !state.isEmpty {
      parts.append(
        words(
          left + boxWidth - 14, base, state,
          " font-size=\"11\" font-style=\"italic\" text-anchor=\"end\""))
    }
    for (number, line) in lines.enumerated() {
      parts.append(
        words(
          left + 14, base + 16 + 15 * Double(number), line, " font-size=\"11\" opacity=\"0.8\""))
    }
    return (parts + ["</g>"]).joined(separator: "\n")
  }

  private func colour(_ state: Graph.State) -> String {
    switch state {
    case .plain: VectorPlot.colours[0]
    case .stale: VectorPlot.colours[1]
    case .missing: VectorPlot.colours[6]
    }
  }

  /// Told apart without colours too.
  private func dashes(_ state: Graph.State) -> String {
    switch state {
    case .plain: ""
    case .stale: " stroke-dasharray=\"6 4\""
    case .missing: " stroke-dasharray=\"2 4\" stroke-linecap=\"round\""
    }
  }

  private func words(_ x: Double, _ y: Double, _ text: String, _ attributes: String) -> String {
    "<text x=\"\(n(x))\" y=\"\(n(y))\"\(attributes)>\(markup(text))</text>"
  }
}

private func n(_ value: Double) -> String { SVG.number(value) }
