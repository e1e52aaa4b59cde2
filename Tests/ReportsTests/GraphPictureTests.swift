import Language
import Reports
import Testing

/// What stands where in a picture of a graph.
private struct Picture {
  struct Box {
    var left, top, right, bottom: Double

    /// Whether a point lies within, not only at the edge.
    func holds(_ x: Double, _ y: Double) -> Bool {
      x > left + 0.2 && x < right - 0.2 && y > top + 0.2 && y < bottom - 0.2
    }
  }

  var width, height: Double
  var boxes: [Box]
  /// The points of each arrow: where its curves and lines start and end.
  var arrows: [[(x: Double, y: Double)]]

  init(_ text: String) throws {
    let size = try #require(text.firstMatch(of: /viewBox="0 0 ([0-9.]+) ([0-9.]+)"/))
    (width, height) = (Double(size.1) ?? 0, Double(size.2) ?? 0)
    let rectangle = #/<rect x="(-?[0-9.]+)" y="(-?[0-9.]+)" width="([0-9.]+)" height="([0-9.]+)"/#
    boxes = text.matches(of: rectangle).map { match in
      let (x, y) = (Double(match.1) ?? .nan, Double(match.2) ?? .nan)
      return Box(
        left: x, top: y, right: x + (Double(match.3) ?? .nan), bottom: y + (Double(match.4) ?? .nan)
      )
    }
    arrows = text.matches(of: /<path d="([^"]+)" fill="none"/).map { Picture.points(of: $0.1) }
  }

  private static func points(of path: Substring) -> [(x: Double, y: Double)] {
    path.matches(of: /([MCV])([-0-9. ]+)/).reduce(into: []) { points, part in
      let numbers = part.2.split(separator: " ").compactMap { Double($0) }
      guard let last = numbers.last else { return }
      let x = part.1 == "V" ? points.last?.x : numbers.dropLast().last
      points.append((x ?? .nan, last))
    }
  }
}

private func graph(_ count: Int, _ pairs: [(Int, Int)], detail: String = "") -> Graph {
  Graph(
    "Picture", nodes: (0..<count).map { .init("\($0)", "node \($0)", detail: detail) },
    edges: pairs.map { .init(from: "\($0.0)", to: "\($0.1)") })
}

/// A chain, a ladder whose rungs are long, many that came from one, a full graph, and nodes alone.
private let graphs = [
  graph(5, (1..<5).map { ($0 - 1, $0) }),
  graph(
    16, (1..<16).flatMap { [($0 - 1, $0), ($0 / 3, $0)] }.filter { $0.0 + 1 != $0.1 || $0.1 > 2 }),
  graph(
    23, (2..<23).flatMap { [(0, $0), (1, $0)] }, detail: "made of both by a long line of words"),
  graph(9, (0..<9).flatMap { to in (0..<to).map { ($0, to) } }),
  graph(60, (1..<60).map { (($0 - 1) / 3, $0) } + (20..<60).map { ($0 - 19, $0) }),
  graph(6, [(0, 3)]),
]

@Suite struct GraphPictureTests {
  @Test(arguments: graphs.indices)
  func boxesStandApartWithinThePicture(index: Int) throws {
    let picture = try Picture(VectorGraph(graphs[index]).text)
    #expect(picture.boxes.count == graphs[index].nodes.count)
    for (number, box) in picture.boxes.enumerated() {
      #expect(box.left >= 0 && box.top >= 0)
      #expect(box.right <= picture.width && box.bottom <= picture.height)
      for other in picture.boxes[..<number] {
        #expect(
          box.right < other.left || other.right < box.left || box.bottom < other.top
            || other.bottom < box.top, "\(number)")
      }
    }
  }

  @Test(arguments: graphs.indices)
  func everyEdgeIsAnArrowFromBoxToBoxThroughNone(index: Int) throws {
    let graph = graphs[index]
    let picture = try Picture(VectorGraph(graph).text)
    var left = Set(graph.edges.map { "\($0.from) \($0.to)" })
    for points in picture.arrows {
      let (start, end) = try (#require(points.first), #require(points.last))
      let from = try #require(
        picture.boxes.firstIndex {
          abs($0.bottom - start.y) < 0.2 && abs(($0.left + $0.right) / 2 - start.x) < 0.2
        })
      let to = try #require(
        picture.boxes.firstIndex {
          (0...10).contains($0.top - end.y) && $0.left < end.x && end.x < $0.right
        })
      left.remove("\(from) \(to)")
      for (one, next) in zip(points, points.dropFirst()) {
        #expect(one.y < next.y)
        let middle = ((one.x + next.x) / 2, (one.y + next.y) / 2)
        #expect(!picture.boxes.contains { $0.holds(middle.0, middle.1) })
        #expect(!picture.boxes.contains { $0.holds(next.x, next.y) })
      }
    }
    #expect(left.isEmpty)
    #expect(picture.arrows.count == Set(graph.edges.map { "\($0.from) \($0.to)" }).count)
  }

  @Test func aPictureIsOneElementThatSaysItselfInWords() {
    var small = graph(2, [(0, 1)], detail: String(repeating: "many words ", count: 20) + "end")
    small.nodes[1].state = .stale
    let text = VectorGraph(small).text
    #expect(text.hasPrefix("<svg xmlns=") && text.hasSuffix("</svg>\n"))
    #expect(text.contains("role=\"img\"") && text.contains("<title>Picture</title>"))
    #expect(text.contains("<desc>node 0; node 1 (stale) ← node 0</desc>"))
    #expect(text.contains(">stale</text>") && text.contains("stroke-dasharray"))
    // What is cut in its box is whole where the pointer rests.
    #expect(text.contains("…</text>") && text.contains("many words end</title>"))
    for name in ["g", "title", "desc", "text", "svg"] {
      let opened = text.matches(of: /<([a-z]+)[ >]/).count { $0.1 == name }
      #expect(opened == text.split(separator: "</\(name)>").count - 1, "\(name)")
    }
    #expect(HTMLRenderer().text(Report([.graph(small)])) == "<figure>\n\(text)</figure>\n")
  }

  @Test func aPictureIsAlwaysTheSame() {
    for graph in graphs {
      var shuffled = graph
      shuffled.edges = graph.edges.reversed() + graph.edges
      #expect(VectorGraph(graph).text == VectorGraph(shuffled).text)
    }
  }
}

@Suite struct GraphSafetyTests {
  /// What a broken or hostile file of results may hold: a circle, arrows to nowhere and to itself, an id
  /// twice, texts that steer terminals and pages.
  private let hostile: Graph = {
    let evil = "\u{1B}[2J\r\n<script>alert(\"1\")</script> \"\u{301} onload=x ```\n```\n& \u{0}"
    return Graph(
      evil,
      nodes: [
        .init("a", evil, detail: evil, state: .stale), .init("b", "```", detail: "```"),
        .init("a", "again"), .init("c", ""), .init("", "\u{202E}"),
      ],
      edges: [("a", "b"), ("b", "c"), ("c", "a"), ("a", "a"), ("a", "nowhere"), ("b", "c")]
        .map { .init(from: $0.0, to: $0.1) })
  }()

  @Test func circlesAndArrowsToNowhereAreLeftOut() {
    let ordered = OrderedGraph(hostile)
    #expect(ordered.nodes.map(\.id).sorted() == ["", "a", "b", "c"])
    #expect(ordered.sources.reduce(0) { $0 + $1.count } == 2)
    #expect(GraphLayout(ordered, boxWidth: 100).rows.count == 3)
  }

  @Test func aLongChainAndALongCircleDoNotExhaustTheStack() {
    let count = 100_000
    let nodes = (0..<count).reversed().map { Graph.Node("\($0)", "n") }
    let edges = (0..<count).map { Graph.Edge(from: "\($0)", to: "\(($0 + 1) % count)") }
    #expect(OrderedGraph(Graph(nodes: nodes, edges: edges)).nodes.count == Graph.mostDrawn)
  }

  @Test func textsCannotSteerTheTerminalOrThePage() {
    for type in renderers.types {
      guard var renderer = try? renderers.make(type.name).get() else { continue }
      renderer.page.hasColour = false
      let text = renderer.text(Report([.graph(hostile)]))
      #expect(
        text.unicodeScalars.allSatisfy { $0 == "\n" || ($0.value >= 32 && $0.value != 127) },
        "\(type.name)")
    }
    let page = HTMLRenderer().text(Report([.graph(hostile)]))
    #expect(!page.contains("<script") && page.contains("&lt;script&gt;"))
    #expect(!page.unicodeScalars.contains("\u{0}"))
  }

  @Test func nothingEndsTheFenceInADocument() {
    let lines = MarkdownRenderer().text(Report([.graph(hostile)])).split(separator: "\n")
    let fences = lines.indices.filter { lines[$0].hasPrefix("````") }
    #expect(fences.count == 2 && fences.last == lines.indices.last)
    #expect(lines[fences[0]].allSatisfy { $0 == "`" } && lines[0].hasPrefix("**"))
  }

  @Test func anEmptyGraphSaysThatItIsEmpty() {
    for graph in [Graph(), Graph("Session")] {
      let report = Report([.graph(graph)])
      for name in ["terminal", "plain", "markdown", "html"] {
        let text = (try? renderers.make(name).get())?.text(report) ?? ""
        #expect(text.lowercased().contains("nothing to draw"), "\(name)")
      }
    }
    #expect(PlainRenderer().text(Report([.graph(Graph("A"))])) == "A: nothing to draw\n")
  }

  @Test func jsonHasNodesAndEdgesAsTheyAre() throws {
    let json = try #require(JSON(parsing: JSONRenderer().text(Report([.graph(hostile)]))))
    let graph = try #require(json["blocks"]?.array?[0]["graph"])
    #expect(graph["title"]?.string == hostile.title)
    #expect(graph["nodes"]?.array?.map { $0["id"]?.string } == ["a", "b", "a", "c", ""])
    #expect(graph["nodes"]?.array?[0]["state"]?.string == "stale")
    #expect(graph["nodes"]?.array?[0]["detail"]?.string == hostile.nodes[0].detail)
    #expect(graph["edges"]?.array?[2]["to"]?.string == "a")
    #expect(CSVRenderer().text(Report([.graph(hostile)])) == "")
  }

  @Test func aKeptReportHasItsGraphsAgain() throws {
    let report = Report([.graph(hostile), .graph(Graph())] + graphs.map { .graph($0) })
    #expect(Report(bytes: try #require(report.bytes)) == report)
  }
}
