import Language

/// The part of a graph that is drawn, each node after all that it came from.
///
/// A kept result may hold anything: nodes of the same id, arrows to nowhere and circles are left out.
package struct OrderedGraph {
  let title: String
  package private(set) var nodes: [Graph.Node] = []
  /// For each node the places of those that it came from, in order.
  package private(set) var sources: [[Int]] = []
  /// The nodes for which there was no room; none that is drawn came from one of them.
  package private(set) var omitted: [Graph.Node] = []

  package init(_ graph: Graph) {
    title = graph.title
    var index: [String: Int] = [:]
    let known = graph.nodes.filter { node in
      guard index[node.id] == nil else { return false }
      index[node.id] = index.count
      return true
    }
    var origins = Array(repeating: [Int](), count: known.count)
    for edge in graph.edges {
      guard let from = index[edge.from], let to = index[edge.to], from != to else { continue }
      origins[to].append(from)
    }
    let order = Self.order(origins)
    let drawn = order.prefix(Graph.mostDrawn)
    var place = Array(repeating: Int.max, count: known.count)
    for (number, node) in drawn.enumerated() { place[node] = number }
    for (number, node) in drawn.enumerated() {
      nodes.append(known[node])
      // One that comes later would close a circle.
      sources.append(Set(origins[node].map { place[$0] }.filter { $0 < number }).sorted())
    }
    omitted = order.dropFirst(Graph.mostDrawn).map { known[$0] }
  }

  /// The nodes as they are given, except that what one came from goes before it. Without recursion, since a
  /// chain may be longer than the stack is deep.
  private static func order(_ origins: [[Int]]) -> [Int] {
    var order: [Int] = []
    var isSeen = Array(repeating: false, count: origins.count)
    for start in origins.indices where !isSeen[start] {
      isSeen[start] = true
      var path = [(node: start, next: 0)]
      while let (node, next) = path.last {
        guard next < origins[node].count else {
          order.append(node)
          path.removeLast()
          continue
        }
        path[path.count - 1].next += 1
        let origin = origins[node][next]
        if !isSeen[origin] {
          isSeen[origin] = true
          path.append((origin, 0))
        }
      }
    }
    return order
  }

  /// For each node the places of those that came from it, in order.
  var targets: [[Int]] {
    var targets = Array(repeating: [Int](), count: nodes.count)
    for (node, origins) in sources.enumerated() {
      for origin in origins { targets[origin].append(node) }
    }
    return targets
  }

  /// What there is no room for, in a sentence without its full stop.
  var omission: String? {
    guard !omitted.isEmpty else { return nil }
    let are = omitted.count == 1 ? "is" : "are"
    return "\(grouped(omitted.count)) more \(are) not drawn: "
      + named(omitted.map(\.label), most: 5)
  }

  /// `tasks (stale) ← data, seed`.
  func sentence(of node: Int) -> String {
    let origins = sources[node].map { nodes[$0].label }
    return nodes[node].name() + (origins.isEmpty ? "" : " ← " + origins.joined(separator: ", "))
  }
}
