import Language

/// A graph without anything drawn: each node with what it came from, and beside it, or below it on a narrow
/// page, what made it.
struct GraphInWords {
  private let graph: OrderedGraph
  private let page: Page

  init(_ graph: Graph, page: Page) { self.init(OrderedGraph(graph.cleaned), page: page) }

  init(_ graph: OrderedGraph, page: Page) {
    self.graph = graph
    self.page = page
  }

  /// No line is wider than the page.
  var lines: [String] {
    let sentences = graph.nodes.indices.map { graph.sentence(of: $0) }
    let widest = sentences.map { displayWidth($0) }.max() ?? 0
    let sides = Sides(gutter: 2, left: widest, width: page.width)
    var lines = graph.opening(page)
    for (sentence, node) in zip(sentences, graph.nodes) {
      let first = wrapped(sentence, to: page.width - 2, indent: "  ").map {
        page.ink(clipped($0, to: page.width - 2), node.state.ink)
      }
      lines += sides.lines(
        first, displayWidth(sentence), node.detail, gutters: (first: "  ", rest: "  "))
    }
    return lines + graph.closing(page)
  }
}

/// A name and, beside or below it, what there is to say about it.
struct Sides {
  /// The cells left of the names.
  let gutter: Int
  /// The cells of the widest name.
  let left: Int
  let width: Int

  /// Whether enough of the line is left for words beside the names.
  var areBeside: Bool { width - gutter - left - 2 >= max(20, width / 3) }

  /// The lines of one name, which itself may take several if it stands above.
  func lines(
    _ name: [String], _ nameWidth: Int, _ detail: String, gutters: (first: String, rest: String)
  ) -> [String] {
    let indent = areBeside ? left + 2 : 2
    let room = width - gutter - indent
    let words = detail.isEmpty ? [] : wrapped(detail, to: room).map { clipped($0, to: room) }
    let space = String(repeating: " ", count: indent)
    guard areBeside else {
      return name.enumerated().map { ($0 == 0 ? gutters.first : gutters.rest) + $1 }
        + words.map { gutters.rest + space + $0 }
    }
    let gap = String(repeating: " ", count: max(0, indent - nameWidth))
    let first = gutters.first + (name.first ?? "") + (words.first.map { gap + $0 } ?? "")
    return [first] + words.dropFirst().map { gutters.rest + space + $0 }
  }
}

extension OrderedGraph {
  /// The lines before the nodes.
  func opening(_ page: Page) -> [String] {
    if nodes.isEmpty {
      let text = title.isEmpty ? "Nothing to draw." : "\(title): nothing to draw"
      return wrapped(text, to: page.width).map { clipped($0, to: page.width) }
    }
    guard !title.isEmpty else { return [] }
    return wrapped(title, to: page.width).map { page.ink(clipped($0, to: page.width), .strong) }
  }

  /// The lines behind the nodes.
  func closing(_ page: Page) -> [String] {
    guard let omission else { return [] }
    return wrapped(omission + ".", to: page.width).map {
      page.ink(clipped($0, to: page.width), .dim)
    }
  }
}

extension Graph.State {
  /// What it looks like where colours show; a word always says it too.
  var ink: Ink {
    switch self {
    case .plain: .plain
    case .stale: .warning
    case .missing: .dim
    }
  }
}
