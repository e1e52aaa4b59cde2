import Commands
import Language
import Reports
import Testing

/// Scripts that become notebooks, and notebooks that become scripts.
@Suite struct ScriptCellsTests {
  private typealias Part = ScriptCells.Part

  /// The cells after a way there and back: as a notebook, read, as a script, read, as a notebook, read.
  private func thereAndBack(_ cells: ScriptCells) throws -> ScriptCells {
    let notebook = JupyterNotebook().text(of: cells.cells)
    let read = try JupyterCells(Source(text: notebook)).cells
    let again = ScriptCells(Source(text: read.script))
    let last = JupyterNotebook().text(of: again.cells)
    return try JupyterCells(Source(text: last)).cells
  }

  @Test func aScriptIsCutAtEmptyLinesAndText() {
    let text = """
      ## # Title
      ## of two lines
      mrs 1
      load data
      #> Loaded sample
      split tasks

      # why
      for k in [1, 2] {

        topk $k
      }
      #> a
      #> b
      ##
      ## the end

      """
    let cells = ScriptCells(Source(text: text))
    #expect(
      cells.parts == [
        Part("# Title\nof two lines", isCode: false),
        Part("mrs 1\nload data\nsplit tasks", isCode: true, outputs: [1: "Loaded sample"]),
        Part("# why\nfor k in [1, 2] {\n\n  topk $k\n}", isCode: true, outputs: [0: "a\nb"]),
        Part("\nthe end", isCode: false),
      ])
    #expect(!cells.script.contains("# %%"))
    #expect(ScriptCells(Source(text: cells.script)) == cells)
  }

  @Test(arguments: [
    ["load data", "split tasks\n\ntopk 3"], ["load data\n", "\nshow"], ["", "show", ""],
    ["let x = [\n1,\n\n2]", "text \"a\\nb\"  # é 😀"], ["load data\r\nshow"],
  ])
  func codeStaysAsItIs(sources: [String]) throws {
    let cells = ScriptCells(sources.map { Part($0.replacing("\r\n", with: "\n"), isCode: true) })
    #expect(try thereAndBack(cells) == cells)
  }

  @Test(arguments: ["# A title", "one\n\ntwo", "  indented", "", "# %% no mark", "## level two\n"])
  func textStaysAsItIs(text: String) throws {
    for parts in [
      [Part(text, isCode: false)], [Part(text, isCode: false), Part("more", isCode: false)],
      [Part("show", isCode: true), Part(text, isCode: false), Part("show", isCode: true)],
    ] {
      #expect(try thereAndBack(ScriptCells(parts)) == ScriptCells(parts))
    }
  }

  @Test func outputsStayWithTheirLines() throws {
    for outputs in [[0: "one\ntwo", 1: "three", 2: "four"], [0: "one"], [1: "one"], [:]] {
      let cells = ScriptCells([
        Part("load data\nsplit tasks\n\nshow", isCode: true, outputs: outputs)
      ])
      #expect(try thereAndBack(cells) == cells)
    }
    let cells = ScriptCells([Part("load data\nset seed=3", isCode: true, outputs: [0: "one"])])
    #expect(cells.script == "load data\n#> one\nset seed=3\n")
  }

  @Test(arguments: [
    (["one", "two"], "load data\n#> one\nsplit tasks\n#> two\n"),
    (["one"], "load data\nsplit tasks\n#> one\n"),
    (["a", "b", "c"], "load data\nsplit tasks\n#> a\n#> b\n#> c\n"),
  ])
  func outputsWithoutAPlaceGoToTheLastLineUnlessThereIsOneForEach(
    outputs: [String], script: String
  ) throws {
    let said = outputs.map { "{\"output_type\": \"stream\", \"text\": \"\($0)\"}" }
    let notebook = """
      {"cells": [{"cell_type": "code", "source": "load data\\nsplit tasks",
        "outputs": [\(said.joined(separator: ", "))]}], "nbformat": 4}
      """
    #expect(try JupyterCells(Source(text: notebook)).cells.script == script)
  }

  @Test func randomNotebooksStayAsTheyAre() throws {
    let words = [
      "load data", "split tasks", "", "", "# note", "topk 5", "for k in [1] {", "}", "é", "\"a",
      "let x = [1,", "2]", "  show", "\\", "'", "mrs 1",
    ]
    var state: UInt64 = 7
    func draw(_ count: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % count
    }
    for _ in 0..<400 {
      let cells = ScriptCells(
        (0...draw(4)).map { _ in
          let lines = (0...draw(4)).map { _ in words[draw(words.count)] }
          return Part(lines.joined(separator: "\n"), isCode: draw(3) > 0)
        })
      #expect(try thereAndBack(cells) == cells)
    }
  }

  @Test func theLinesOfAScriptArePartedWhateverEndsThem() {
    let text = "## Title\nmrs 1\n\nload data\n#> Loaded\n"
    let cells = ScriptCells(Source(text: text))
    #expect(cells.parts.count == 3)
    #expect(ScriptCells(Source(text: text.replacing("\n", with: "\r\n"))) == cells)
  }
}
