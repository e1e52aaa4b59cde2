/// What came from what: things in boxes, and an arrow to each from all that it was made of.
package struct Graph: Sendable, Equatable, Codable {
  /// Whether a thing is what it would be if it were made again now.
  package enum State: String, Sendable, Codable { case plain, stale, missing }

  package struct Node: Sendable, Equatable, Codable {
    /// What edges call it; no two nodes of a graph have the same.
    package var id: String
    package var label: String
    /// What made it, such as `split tasks query=10 · line 2`.
    package var detail: String
    package var state: State

    package init(_ id: String, _ label: String, detail: String = "", state: State = .plain) {
      self.id = id
      self.label = label
      self.detail = detail
      self.state = state
    }
  }

  /// `to` was made of `from`.
  package struct Edge: Sendable, Equatable, Codable {
    package var from: String
    package var to: String

    package init(from: String, to: String) {
      self.from = from
      self.to = to
    }
  }

  package var title: String
  /// In the order in which they are told; those that a node came from are moved before it if need be.
  package var nodes: [Node]
  package var edges: [Edge]

  package init(_ title: String = "", nodes: [Node] = [], edges: [Edge] = []) {
    self.title = title
    self.nodes = nodes
    self.edges = edges
  }

  /// More nodes than these nobody can follow; the others are named.
  package static let mostDrawn = 60
}

extension Graph {
  /// The graph with every text safe to show, and on one line.
  var cleaned: Graph {
    var graph = self
    func clean(_ text: inout String) {
      text = LineText.cleaned(text.replacing("\r\n", with: " ").replacing("\n", with: " "))
    }
    clean(&graph.title)
    for index in graph.nodes.indices {
      clean(&graph.nodes[index].label)
      clean(&graph.nodes[index].detail)
    }
    return graph
  }
}

extension Graph.Node {
  /// What is said behind the label, so that nobody depends on seeing a colour.
  var stateWord: String { state == .plain ? "" : state.rawValue }

  /// The label and, if there is something to say, the state: `tasks (stale)`; at most `width` cells, of which
  /// the state gets its own first.
  func name(in width: Int = .max) -> String {
    guard state != .plain else { return clipped(label, to: width) }
    let word = " (\(stateWord))"
    return clipped(label, to: max(1, width - word.count)) + word
  }
}
