import Language
import Reports
import Testing

/// A session of seven things, two of them stale and one not yet made.
private let seven = Graph(
  "What came from what",
  nodes: [
    .init("data", "data", detail: "load \"ratings.csv\" · line 1"),
    .init("seed", "seed", detail: "seed 7 · line 2"),
    .init("tasks", "tasks", detail: "split tasks query=10 · line 3"),
    .init("network", "network", detail: "network hidden=32,16 · line 4"),
    .init(
      "model", "model", detail: "meta-train maml steps=5 epochs=20 · line 5", state: .stale),
    .init("adapted", "adapted", detail: "adapt user 42 · line 6", state: .stale),
    .init("scores", "scores", state: .missing),
  ],
  edges: edges([
    ("data", "tasks"), ("seed", "tasks"), ("tasks", "model"), ("network", "model"),
    ("seed", "model"), ("model", "adapted"), ("tasks", "adapted"), ("model", "scores"),
    ("tasks", "scores"),
  ]))

private func edges(_ pairs: [(String, String)]) -> [Graph.Edge] {
  pairs.map { Graph.Edge(from: $0.0, to: $0.1) }
}

/// A graph of so many nodes, each of which came from some before it.
private func random(_ count: Int, seed: UInt64) -> Graph {
  var state = seed &* 2_862_933_555_777_941_757 &+ 3_037_000_493
  func next(_ bound: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int((state >> 33) % UInt64(bound))
  }
  var graph = Graph("Graph \(seed)")
  for node in 0..<count {
    graph.nodes.append(.init("\(node)", "node \(node)", detail: "made by line \(node)"))
    guard node > 0 else { continue }
    let origins = Set((0..<next(4)).map { _ in next(node) }).sorted()
    graph.edges += edges(origins.map { ("\($0)", "\(node)") })
  }
  return graph
}

private func terminalText(_ graph: Graph, width: Int) -> String {
  var renderer = TerminalRenderer()
  renderer.page = Page(width: width)
  return renderer.text(Report([.graph(graph)]))
}

private func plainText(_ graph: Graph, width: Int) -> String {
  var renderer = PlainRenderer()
  renderer.page = Page(width: width)
  return renderer.text(Report([.graph(graph)]))
}

@Suite struct GraphTextTests {
  @Test func aTerminalShowsLanesDownToWhatCameOfANode() {
    #expect(
      terminalText(seven, width: 80) == """
        What came from what
        ●          data              load "ratings.csv" · line 1
        │ ●        seed              seed 7 · line 2
        ╰─┼─●      tasks             split tasks query=10 · line 3
        ● │ │      network           network hidden=32,16 · line 4
        ╰─┴─┼─○    model (stale)     meta-train maml steps=5 epochs=20 · line 5
            ├─┼─○  adapted (stale)   adapt user 42 · line 6
            ╰─○    scores (missing)

        """)
  }

  @Test func aNarrowTerminalShowsWhatMadeANodeBelowIt() {
    #expect(
      terminalText(seven, width: 40) == """
        What came from what
        ●          data
        │            load "ratings.csv" · line 1
        │ ●        seed
        │ │          seed 7 · line 2
        ╰─┼─●      tasks
          │ │        split tasks query=10 · line
          │ │        3
        ● │ │      network
        │ │ │        network hidden=32,16 · line
        │ │ │        4
        ╰─┴─┼─○    model (stale)
            │ │      meta-train maml steps=5
            │ │      epochs=20 · line 5
            ├─┼─○  adapted (stale)
            │ │      adapt user 42 · line 6
            ╰─○    scores (missing)

        """)
  }

  @Test func plainTextSaysWhatEachCameFrom() {
    #expect(
      plainText(seven, width: 100) == """
        What came from what
          data                                  load "ratings.csv" · line 1
          seed                                  seed 7 · line 2
          tasks ← data, seed                    split tasks query=10 · line 3
          network                               network hidden=32,16 · line 4
          model (stale) ← seed, tasks, network  meta-train maml steps=5 epochs=20 · line 5
          adapted (stale) ← tasks, model        adapt user 42 · line 6
          scores (missing) ← tasks, model

        """)
    #expect(
      plainText(seven, width: 40).contains(
        """

          model (stale) ← seed, tasks, network
            meta-train maml steps=5 epochs=20 ·
            line 5
          adapted (stale) ← tasks, model

        """))
  }

  /// Reads the drawing as people do, by following the lanes.
  @Test(arguments: 0..<40 as Range<UInt64>)
  func whoFollowsTheLanesFindsTheEdges(seed: UInt64) {
    let graph = random(4 + Int(seed) % 12, seed: seed)
    var lanes: [Int: Int] = [:]
    var found: [Graph.Edge] = []
    let lines = terminalText(graph, width: 300).split(separator: "\n").dropFirst()
    for (node, line) in lines.enumerated() {
      let signs = line.prefix { $0 != "n" }
      var own = 0
      for (column, sign) in signs.enumerated() {
        if sign == "●" { own = column }
        if let origin = lanes[column], "●├┼╰┴".contains(sign) {
          found.append(.init(from: "\(origin)", to: "\(node)"))
        }
        if " ─╰┴".contains(sign) { lanes[column] = nil }
      }
      lanes[own] = node
    }
    let order = { (edge: Graph.Edge) in edge.to + " " + edge.from }
    #expect(found.stablySorted(by: order) == graph.edges.stablySorted(by: order))
  }

  @Test(arguments: [20, 33, 40, 80, 200])
  func noLineIsWiderThanThePage(width: Int) {
    var graph = random(30, seed: 3)
    graph.title = "漢字 of a rather long title"
    for index in graph.nodes.indices {
      graph.nodes[index].label += index % 3 == 0 ? " 漢字データ" : ""
      graph.nodes[index].detail += String(repeating: " 字é", count: index)
      if index % 5 == 0 { graph.nodes[index].state = index % 2 == 0 ? .stale : .missing }
    }
    for graph in [graph, seven] {
      for text in [terminalText(graph, width: width), plainText(graph, width: width)] {
        #expect(text.split(separator: "\n").allSatisfy { displayWidth($0) <= width })
        #expect(text.contains("(stale)") && text.contains("(missing)"))
      }
    }
  }

  @Test func lanesThatWouldFillThePageBecomeWords() {
    let text = terminalText(random(40, seed: 1), width: 60)
    #expect(text.contains(" ← ") && !text.contains("│"))
  }

  @Test func coloursAddNothingToTheWords() {
    let coloured = TerminalRenderer().text(Report([.graph(seven)]))
    #expect(coloured.contains("\u{1B}[1;33m"))
    #expect(
      coloured.replacing(#/\u{1B}\[[0-9;]*m/#, with: "") == terminalText(seven, width: 100))
  }

  @Test func moreNodesThanCanBeFollowedAreNamed() {
    let chain = Graph(
      nodes: (0..<70).map { .init("\($0)", "n\($0)") },
      edges: edges((1..<70).map { ("\($0 - 1)", "\($0)") }))
    for text in [terminalText(chain, width: 80), plainText(chain, width: 80)] {
      #expect(text.contains("n59") && text.contains("\n10 more are not drawn: n60, n61"))
      #expect(text.split(separator: "\n").count == Graph.mostDrawn + 1)
    }
    let picture = VectorGraph(chain).text
    #expect(picture.matches(of: /<rect/).count == Graph.mostDrawn)
    #expect(picture.contains("10 more are not drawn: n60, n61"))
  }
}

@Suite struct GraphLayoutTests {
  @Test func aLayerIsTheLongestWayAndWhatCameFromNothingIsNearItsUse() {
    // The network is needed by the model alone, and stands beside the tasks.
    #expect(GraphLayout.layers(of: OrderedGraph(seven)) == [0, 0, 1, 1, 2, 3, 3])
  }

  @Test func nodesComeAfterWhatTheyCameFrom() {
    let graph = Graph(
      nodes: ["c", "a", "b"].map { .init($0, $0) }, edges: edges([("a", "b"), ("b", "c")]))
    let ordered = OrderedGraph(graph)
    #expect(ordered.nodes.map(\.id) == ["a", "b", "c"])
    #expect(ordered.sources == [[], [0], [1]])
  }

  @Test func linesThatNeedNotCrossDoNot() {
    let graph = Graph(
      nodes: ["a", "b", "c", "x", "y", "z"].map { .init($0, $0) },
      edges: edges([("a", "z"), ("b", "y"), ("c", "x"), ("a", "y")]))
    #expect(GraphLayout(OrderedGraph(graph), boxWidth: 100).crossings == 0)
  }

  @Test func noRowIsLongerThanItsLimit() {
    let graph = Graph(
      nodes: (0..<20).map { .init("\($0)", "\($0)") },
      edges: edges((1..<20).map { ("0", "\($0)") }))
    let layout = GraphLayout(OrderedGraph(graph), boxWidth: 100)
    let lengths = layout.rows.map { row in row.count { !layout.places[$0].isBend } }
    #expect(lengths == [1, 4, 4, 4, 4, 3])
  }

  @Test func theNearestRisingNumbersAreMeansOfWhatFalls() {
    #expect(nearestRising([1, 3, 2, 5], [1, 1, 1, 1]) == [1, 2.5, 2.5, 5])
    #expect(nearestRising([3, 0], [2, 1]) == [2, 2])
    #expect(nearestRising([], []) == [])
  }
}

/// Maps of shades on a terminal.
@Suite struct HeatMapTests {
  @Test(arguments: [40, 60, 80]) func allColumnsAreShownWhateverTheWidth(width: Int) {
    var curve = Curve(
      "Weights", x: "input", y: "weight",
      series: [
        .init("a row", (0..<30).map { .init(Double($0), $0 % 2 == 0 ? 1 : -1) }),
        .init("the longest row", (0..<30).map { .init(Double($0), -1) }),
      ])
    curve.mark = .heat
    curve.names = (1...30).map { "\($0)" }
    var renderer = TerminalRenderer()
    renderer.page = Page(width: width)
    let lines = renderer.text(Report([.curve(curve)])).split(separator: "\n").map(String.init)
    let words = lines.flatMap { $0.split(separator: " ").map(String.init) }
    for name in curve.names { #expect(words.contains(name)) }
    // One more stands in the legend.
    #expect(lines.joined().count { $0 == "█" } == 2 * 60 + 1)
    #expect(lines.allSatisfy { displayWidth($0) <= width })
    #expect(!lines.contains { $0.contains("row-") })
  }
}
