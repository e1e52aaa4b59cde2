import Language
import Testing

import Reports

/// One of everything that a report can hold.
let sampleReport = Report(
  [
    .heading("Evaluation"),
    .text("Judged 2 models on 10 users."),
    .table(
      Table(
        "Quality",
        columns: [.init("model"), .init("ndcg@10", .right), .init("time", .right, unit: "s")],
        rows: [
          [.text("item-mean"), .interval(0.5, halfWidth: 0.0125, digits: 3), .count(12_345)],
          [.text("maml | 漢字"), .number(0.75, digits: 3), .missing],
        ],
        emphasis: 1, footnotes: ["Ties count by expectation."])),
    .curve(
      Curve(
        "Loss", x: "epoch", y: "mse",
        series: [
          .init("training", [.init(1, 1), .init(2, 0.5), .init(3, 0.25)]),
          .init("validation", [.init(1, 1), .init(2, .nan), .init(3, 0.75)]),
        ])),
    .note("Seed 7."),
    .warning("Only 10 users."),
    .code("evaluate ndcg@10"),
  ],
  result: Record([.init("ndcg@10", .number(0.75)), .init("name", .text("maml"))]))

@Test(arguments: [
  ("in 3.21 s; kept", "in <time>; kept"), ("1 h 02 min left", "<time> left"),
  ("query=10 min=13 valid=10%", "query=10 min=13 valid=10%"), ("10 minutes", "10 minutes"),
])
func lengthsOfTimeAreLeftOutOfRecordings(text: String, recorded: String) {
  #expect(withoutTimes(text) == recorded)
}

@Suite struct RendererTests {
  @Test func plainTextAlignsColumnsAndMarksTheEmphasisedRow() {
    #expect(
      PlainRenderer().text(sampleReport) == """
        Evaluation
        ----------

        Judged 2 models on 10 users.

        Quality
          model              ndcg@10  time (s)
          -----------  -------------  --------
          item-mean    0.500 ± 0.013    12,345
        * maml | 漢字          0.750         –
        Ties count by expectation.

        Loss
          training: mse 1 at epoch 1, 0.25 at 3; lowest 0.25 at 3, highest 1 at 1
          validation: mse 1 at epoch 1, 0.75 at 3; lowest 0.75 at 3, highest 1 at 1

        Seed 7.

        warning: Only 10 users.

          evaluate ndcg@10

        """)
  }

  @Test func aTableThatIsTooWideGoesOnBelowWithItsNamesUncut() {
    let columns = (1...6).map { Table.Column("metric@\($0)", .right) }
    let table = Table(
      "Quality", columns: [.init("model")] + columns,
      rows: [
        [.text("popularity")]
          + columns.map { _ in .interval(0.5, halfWidth: 0.0125, digits: 3) }
      ])
    var renderer = PlainRenderer()
    renderer.page = Page(width: 80, hasColour: false)
    let lines = renderer.text(Report([.table(table)])).split(separator: "\n")
    #expect(lines.filter { $0.hasPrefix("popularity  0.500 ± 0.013") }.count == 2)
    #expect(lines.allSatisfy { displayWidth($0) <= 80 })
  }

  @Test func twoColumnsOfLongTextsShareThePage() {
    let words = Array(repeating: "word", count: 20).joined(separator: " ")
    let table = Table(
      columns: [.init("part"), .init("takes"), .init("what it is")],
      rows: [[.text("test="), .text(words), .text(words + " more")]])
    var renderer = PlainRenderer()
    renderer.page = Page(width: 80, hasColour: false)
    let lines = renderer.text(Report([.table(table)])).split(separator: "\n")
    #expect(lines.count <= 2 + 4 && lines.allSatisfy { displayWidth($0) <= 80 })
    #expect(!lines.joined().contains("…"))
  }

  @Test func plainTextHasNoEscapeSequences() {
    #expect(!PlainRenderer().text(sampleReport).contains("\u{1B}"))
  }

  @Test func terminalTextWithoutColourHasNoEscapeSequences() {
    var renderer = TerminalRenderer()
    #expect(renderer.text(sampleReport).contains("\u{1B}[1m"))
    renderer.page.hasColour = false
    #expect(!renderer.text(sampleReport).contains("\u{1B}"))
  }

  @Test(arguments: [20, 33, 80, 200])
  func noLineOfTheTerminalIsWiderThanThePage(width: Int) {
    var renderer = TerminalRenderer()
    renderer.page = Page(width: width, hasColour: false)
    let widest = renderer.text(sampleReport).split(separator: "\n").map { displayWidth($0) }.max()
    // Numbers are never cut, and the two columns of them and a name of eight cells need 38.
    #expect((widest ?? 0) <= max(width, 38))
  }

  @Test func jsonKeepsEveryDigitAndSaysMissingAsNull() throws {
    var report = sampleReport
    report.result["third"] = .number(1.0 / 3)
    let json = try #require(JSON(parsing: JSONRenderer().text(report)))
    #expect(json["result"]?["third"]?.number == 1.0 / 3)
    let table = try #require(json["blocks"]?.array?[2]["table"])
    #expect(table["rows"]?.array?[1].array?[2] == .null)
    #expect(table["rows"]?.array?[0].array?[1]["half-width"]?.number == 0.0125)
  }

  @Test func markdownEscapesWhatItsTablesUse() {
    let text = MarkdownRenderer().text(sampleReport)
    #expect(text.contains("| **maml \\| 漢字** | **0.750** | **–** |"))
    #expect(text.contains("|---|---:|---:|"))
    #expect(text.contains("```\nevaluate ndcg@10\n```"))
  }

  @Test func htmlEscapesTextAndHoldsItsPlots() {
    var report = sampleReport
    report.blocks[1] = .text("a < b & c")
    let text = HTMLRenderer().text(report)
    #expect(text.contains("<p>a &lt; b &amp; c</p>"))
    #expect(text.contains("<svg"))
    #expect(!text.contains("NaN") && !text.contains("nan"))
  }

  @Test func titlesOfDataCannotSteerTheTerminal() {
    let table = Table(columns: [.init("title")], rows: [[.text("evil\u{1B}[2Jtitle\r")]])
    for renderer in [TerminalRenderer() as any Renderer, PlainRenderer(), MarkdownRenderer()] {
      #expect(!renderer.text(Report([.table(table)])).contains("\u{1B}[2J"))
      #expect(!renderer.text(Report([.table(table)])).contains("\r"))
    }
  }

  @Test func anEmptyReportSaysNothing() {
    for type in renderers.types {
      let renderer = try? renderers.make(type.name).get()
      #expect(renderer?.text(Report()) == "", "\(type.name)")
    }
  }

  /// But for the one that writes tables alone.
  @Test(arguments: renderers.types.map { $0.name }.filter { $0 != CSVRenderer.name })
  func everyRendererSaysAllTextsOfAReport(name: String) throws {
    let text = try renderers.make(name).get().text(sampleReport)
    for part in ["Evaluation", "Judged 2 models", "item-mean", "Ties count", "Seed 7", "Only 10"] {
      #expect(text.contains(part), "\(part)")
    }
  }
}

@Suite struct ExcerptTests {
  private let source = Source(name: "exp.mrs", text: "load data\nmeta-train maml stpes=5\nevaluate")

  private var fault: Diagnostic {
    Diagnostic(
      "E0203", "`meta-train maml` has no option `stpes`", at: SourceRange(26, 31),
      label: "did you mean `steps`?", secondary: [.init(SourceRange(0, 4), "loaded here")],
      help: ["options: steps"], fix: .init(SourceRange(26, 31), "steps"))
  }

  @Test func plainDiagnosticShowsLinesUnderlinesHelpAndFix() {
    #expect(
      PlainRenderer().text(fault, in: source) == """
        error[E0203]: `meta-train maml` has no option `stpes`
          --> exp.mrs:2:17
          1 | load data
            | ---- loaded here
          2 | meta-train maml stpes=5
            |                 ^^^^^ did you mean `steps`?
          help: options: steps
          fix: meta-train maml steps=5

        """)
  }

  @Test func underlinesStandBelowWideCharacters() {
    let source = Source(text: "say 漢字 x")
    let text = PlainRenderer().text(
      Diagnostic("E1", "no", at: SourceRange(4, 10)), in: source)
    #expect(text.contains("  | say 漢字 x\n  |     ^^^^\n"))
  }

  @Test func theMarkedPartOfALongLineIsInSight() {
    let source = Source(text: String(repeating: "a ", count: 300) + "HERE")
    let text = PlainRenderer().text(
      Diagnostic("E1", "no", at: SourceRange(600, 604)), in: source)
    #expect(text.contains("HERE"))
    #expect(text.split(separator: "\n").allSatisfy { displayWidth($0) <= 100 })
  }

  @Test func placesOutsideTheSourceDoNoHarm() {
    let fault = Diagnostic("E1", "no", at: SourceRange(900, 950), label: "here")
    for type in renderers.types {
      #expect(
        (try? renderers.make(type.name).get())?.text(fault, in: source).contains("E1") == true)
    }
  }

  @Test func jsonDiagnosticNamesFileLineAndFix() throws {
    let json = try #require(JSON(parsing: JSONRenderer().text(fault, in: source)))
    #expect(json["file"]?.string == "exp.mrs")
    #expect(json["line"]?.number == 2 && json["column"]?.number == 17)
    #expect(json["fix"]?["replacement"]?.string == "steps")
  }
}

@Suite struct TextTests {
  @Test(
    arguments: [
      ("abc", 3), ("é", 1), ("e\u{301}", 1), ("漢字", 4), ("🎬", 2), ("👩‍🚀", 2), ("❤\u{FE0F}", 2),
      ("\u{200B}", 0), ("ﬁ", 1), ("한글", 4), ("", 0),
    ])
  func widthsAreThoseOfTerminals(text: String, width: Int) {
    #expect(displayWidth(text) == width)
  }

  @Test func clippingNeverCutsAWideCharacterInHalf() {
    for width in 0...8 { #expect(displayWidth(clipped("漢字漢字", to: width)) <= width) }
    #expect(clipped("漢字漢字", to: 6) == "漢字…")
  }

  @Test func numbersAreRoundedToTheirDigits() {
    #expect(fixed(0.0625, digits: 3) == "0.063")
    #expect(fixed(-0.0001, digits: 2) == "0.00")
    #expect(fixed(2, digits: 0) == "2")
    #expect(fixed(.nan, digits: 2) == "nan")
    #expect(grouped(-1_234_567) == "-1,234,567")
    #expect(duration(75) == "1 min 15 s")
  }

  @Test(arguments: [#"{"a":[1,2.5,-3e2,true,null,"x\n\u00e9"]}"#, #"[]"#, #""\"""#])
  func jsonIsReadAndWrittenAlike(text: String) throws {
    let value = try #require(JSON(parsing: text))
    #expect(JSON(parsing: value.text) == value)
    #expect(JSON(parsing: value.prettyText) == value)
  }

  @Test(arguments: [#"{"a":}"#, "[1,]", #""open"#, "{} x", "", "\u{1}", #""\ud800""#])
  func brokenJSONIsRefused(text: String) {
    #expect(JSON(parsing: text) == nil)
  }

  @Test func deepJSONIsRefusedAndDoesNotExhaustTheStack() {
    #expect(JSON(parsing: String(repeating: "[", count: 100_000)) == nil)
  }

  @Test func sparklinesSpanFromLowestToHighest() {
    #expect(sparkline([1, 2, 3], width: 8) == "▁▅█")
    #expect(sparkline([1, 1], width: 8) == "▄▄")
    #expect(sparkline([.nan], width: 8) == "")
  }

  @Test func axesHaveRoundTicksWithinTheirEnds() {
    let axis = Axis(covering: [0.13, 0.97], ticks: 4)
    #expect(axis.ticks.map { short($0) } == ["0.2", "0.4", "0.6", "0.8"])
    #expect(Axis(covering: [], ticks: 4).low == 0)
    #expect(Axis.growingStarts(from: 1.5, to: 12) == [1, 2, 5, 10])
    #expect(Axis.growingStarts(from: 1, to: 1) == [1])
    #expect(Axis(covering: [5, 5], ticks: 4).low < 5)
    // Between the third and the fourth epoch there is none.
    #expect(Axis(covering: [1, 2, 3], ticks: 8).ticks == [1, 2, 3])
    #expect(
      Axis(covering: [0.13, 0.97], ticks: 4).starts.map { short($0) }
        == ["0", "0.2", "0.4", "0.6", "0.8"])
  }
}

@Suite struct PlottingTests {
  private var cloud: Curve {
    var curve = Curve(
      "Items", x: "component 1", y: "component 2",
      series: [
        .init("vehicles", [.init(0, 0), .init(1, 2)]), .init("puzzles & <games>", [.init(2, 1)]),
      ])
    curve.mark = .point
    return curve
  }

  private var sweep: Curve {
    var curve = Curve(
      "Sweep", x: "inner-lr", y: "validation loss",
      series: [.init("steps=1", [.init(0, 0.7), .init(1, .nan), .init(2, 0.6)])])
    curve.names = ["0.001", "0.01", "0.1"]
    return curve
  }

  @Test func pointsAreNotJoined() {
    let picture = VectorPlot(cloud).text
    #expect(!picture.contains("stroke-linejoin"))
    #expect(picture.contains("puzzles &amp; &lt;games&gt;"))
    let drawn = BraillePlot(cloud, page: Page()).text
    let dots = drawn.unicodeScalars.filter { (0x2801...0x28FE).contains($0.value) }
    #expect(dots.count == 3)
    #expect(PlainRenderer().text(Report([.curve(cloud)])).contains("vehicles: 2 around 0.5, 1"))
  }

  @Test func namesFromDataCannotSteerTheTerminal() {
    var curve = cloud
    curve.series[0].name = "\u{1B}[2Jvehicles"
    curve.title = "Items\u{7}"
    for renderer in [TerminalRenderer(), PlainRenderer(), HTMLRenderer()] as [any Renderer] {
      var renderer = renderer
      renderer.page.hasColour = false
      let text = renderer.text(Report([.curve(curve)]))
      #expect(!text.contains("\u{1B}[2J") && !text.contains("\u{7}"))
    }
  }

  @Test func namesStandWhereNumbersWould() {
    let picture = VectorPlot(sweep).text
    for name in sweep.names { #expect(picture.contains(">\(name)</text>")) }
    #expect(PlainRenderer().text(Report([.curve(sweep)])).contains("0.6 at 0.1"))
    let drawn = BraillePlot(sweep, page: Page()).text
    #expect(drawn.contains("0.001") && drawn.contains("0.1"))
  }

  @Test func theVerticalAxisEndsAtTicks() {
    let axis = Axis(along: sweep, ticks: 4)
    #expect(axis.low <= 0.6 && axis.high >= 0.7)
    #expect(axis.ticks.first == axis.low && axis.ticks.last == axis.high)
    let rows = BraillePlot(sweep, page: Page()).text.split(separator: "\n")
    #expect(rows.count { $0.contains("┤") } >= 3)
  }

  @Test func aTitleIsWrapped() {
    var curve = sweep
    curve.title = "A title of several words"
    let rows = BraillePlot(curve, page: Page(width: 30)).text.split(separator: "\n")
    curve.title += " and several more"
    let more = BraillePlot(curve, page: Page(width: 30)).text.split(separator: "\n")
    #expect(more.count == rows.count + 1)
    #expect(more.allSatisfy { displayWidth(String($0)) <= 30 })
  }

  @Test func codeWithinWordsIsCodeOnAPage() {
    let page = HTMLRenderer().text(Report([.text("`a <b` is one; a ` is none")]))
    #expect(page.contains("a &lt;b` is one; a ` is none"))
    #expect(HTMLRenderer().text(Report([.note("`load data`")])).contains("<code>load data</code>"))
  }

  @Test func barsStandOnZero() {
    var curve = Curve(
      "Ratings", x: "rating", y: "count", series: [.init("count", [.init(0, 10), .init(1, 40)])])
    curve.mark = .bar
    curve.names = ["1", "2"]
    #expect(Axis(along: curve, ticks: 4).low == 0)
    // As wide as each other, and one four times as high.
    let bars = VectorPlot(curve).text.matches(of: #/M([0-9.]+) ([0-9.]+)V([0-9.]+)H([0-9.]+)V/#)
      .map { match in
        [match.1, match.2, match.3, match.4].compactMap { Double($0) }
      }
    #expect(bars.count == 2)
    let heights = bars.map { $0[1] - $0[2] }
    #expect(abs(heights[1] - 4 * heights[0]) < 1)
    #expect(abs((bars[0][3] - bars[0][0]) - (bars[1][3] - bars[1][0])) < 0.2)
    let rows = BraillePlot(curve, page: Page(width: 40)).text.split(separator: "\n")
    #expect(rows.contains { $0.contains("1") && $0.contains("2") && !$0.contains("┤") })
    #expect(PlainRenderer().text(Report([.curve(curve)])).contains("count: 10 at 1, 40 at 2"))
    #expect(JSON(parsing: VegaPlot(curve).text)?["mark"]?.string == "bar")
  }

  @Test func theLegendNeedsAsManyRowsAsItNeeds() {
    var curve = sweep
    curve.series = (0..<12).map { .init("a rather long name of a series \($0)", [.init(0, 1)]) }
    let picture = VectorPlot(curve).text
    let places = picture.matches(of: #/<text x="([0-9.]+)"/#).compactMap { Double($0.1) }
    #expect((places.max() ?? 0) < 640)
    for line in BraillePlot(curve, page: Page(width: 60)).text.split(separator: "\n") {
      #expect(displayWidth(String(line)) <= 60)
    }
  }

  @Test func vegaKnowsMarksNamesAndSeveralCurves() throws {
    let one = try #require(JSON(parsing: VegaPlot(sweep).text))
    #expect(one["encoding"]?["x"]?["type"]?.string == "ordinal")
    #expect(one["data"]?["values"]?.array?.count == 2)
    #expect(one["encoding"]?["x"]?["axis"]?["labelAngle"]?.number == 0)
    #expect(one["encoding"]?["color"]?["legend"] == .null)
    let both = try #require(JSON(parsing: VegaPlot.text(of: [sweep, cloud])))
    #expect(both["vconcat"]?.array?.map { $0["mark"]?["type"]?.string } == ["line", "point"])
    #expect(VectorPlot.text(of: [sweep, cloud]).split(separator: "<svg").count == 3)
  }
}
