import Language
import Reports

/// `show graph`: what came from what.
package struct GraphView: View {
  package init() {}

  package static let signature = Signature<Self>(
    "graph",
    "What came from what: data, tasks, models, names and files, and which of them are stale.",
    examples: [Example("load data; split tasks; show graph")])

  package func report(of session: Session) -> Report {
    let graph = DependencyGraph(session).graph
    guard !graph.nodes.isEmpty else { return Report([.note("Nothing has been made yet.")]) }
    return Report([.graph(graph)])
  }
}

/// What the statements of a log have made that is still there, and from what.
private struct DependencyGraph {
  private let session: Session
  private let entries: [SessionLog.Entry]
  /// For each slot the statement that has written it last.
  private let makers: [Slot: Int]

  init(_ session: Session) {
    self.session = session.unrecorded
    entries = session.log.entries
    var makers: [Slot: Int] = [:]
    for (index, entry) in entries.enumerated() {
      for slot in entry.access.writes where Self.isShown(slot) { makers[slot] = index }
    }
    self.makers = makers
  }

  /// What only points to something else is no thing of its own.
  private static func isShown(_ slot: Slot) -> Bool {
    switch slot {
    case .file(_, let question): question == .contents
    case .parameter: true
    default: !slot.isPointer
    }
  }

  var graph: Graph {
    var nodes: [(slot: Slot, node: Graph.Node, maker: Int)] = []
    var edges: [Graph.Edge] = []
    var known: Set<Slot> = []
    func add(_ slot: Slot) {
      guard known.insert(slot).inserted else { return }
      let maker = makers[slot]
      let sources = maker.map { self.sources(of: slot, madeBy: $0) } ?? []
      for source in sources.sorted() {
        add(source)
        edges.append(Graph.Edge(from: source.name, to: slot.name))
      }
      let isStale = maker.map { maker in
        sources.contains { isAnother($0, thanReadBy: maker) }
      }
      let node = Graph.Node(
        slot.name, slot.name, detail: maker.map { text(of: $0) } ?? "",
        state: isStale == true ? .stale : .plain)
      nodes.append((slot, node, maker ?? -1))
    }
    for slot in makers.keys.sorted(by: { (makers[$0] ?? 0, $0) < (makers[$1] ?? 0, $1) }) {
      add(slot)
    }
    return Graph("What came from what", nodes: spread(nodes.map(\.node), edges), edges: edges)
  }

  /// Whether a slot holds something else than what a statement read.
  private func isAnother(_ slot: Slot, thanReadBy index: Int) -> Bool {
    guard (makers[slot] ?? -1) > index else { return false }
    switch slot {
    case .variable, .parameter, .procedure, .file: return true
    default: return session.content(of: slot) != entries[index].access.contents[slot]
    }
  }

  /// What a statement read to make a slot. What changed the slot itself in a step goes on to what it was
  /// before.
  private func sources(of slot: Slot, madeBy maker: Int) -> Set<Slot> {
    var sources = entries[maker].access.reads
    var at = maker
    while sources.contains(slot),
      let earlier = entries[..<at].lastIndex(where: { $0.access.writes.contains(slot) })
    {
      sources.remove(slot)
      sources.formUnion(entries[earlier].access.reads)
      at = earlier
    }
    sources.remove(slot)
    return sources.filter { Self.isShown($0) && (makers[$0] != nil || isUsual($0)) }
  }

  /// Whether it is there without a statement that makes it. A baseline with its usual options says nothing.
  private func isUsual(_ slot: Slot) -> Bool {
    switch slot {
    case .seed, .network, .file, .parameter: true
    default: false
    }
  }

  /// What comes of something stale is stale, too.
  private func spread(_ nodes: [Graph.Node], _ edges: [Graph.Edge]) -> [Graph.Node] {
    var stale = Set(nodes.filter { $0.state == .stale }.map(\.id))
    return nodes.map { node in
      var node = node
      if edges.contains(where: { $0.to == node.id && stale.contains($0.from) }) {
        node.state = .stale
        stale.insert(node.id)
      }
      return node
    }
  }

  private func text(of index: Int) -> String {
    let entry = entries[index]
    let line = entry.text.prefix { !$0.isNewline }
    return entry.cell.map { "\(line) · cell \($0)" } ?? String(line)
  }
}
