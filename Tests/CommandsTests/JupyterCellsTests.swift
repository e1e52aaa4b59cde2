import Commands
import Language
import Reports
import Testing

/// Notebooks of Jupyter as they come: foreign, old, damaged.
@Suite struct JupyterCellsTests {
  private func read(_ text: String) throws -> JupyterCells {
    try JupyterCells(Source(name: "n.ipynb", text: text))
  }

  private func notebook(_ cells: String, format: String = "4") -> String {
    "{\"cells\": [\(cells)], \"metadata\": {}, \"nbformat\": \(format), \"nbformat_minor\": 5}"
  }

  private func code(_ source: String, outputs: String = "") -> String {
    "{\"cell_type\": \"code\", \"metadata\": {}, \"outputs\": [\(outputs)], \"source\": \(source)}"
  }

  private func message(_ text: String) -> String {
    do { _ = try read(text) } catch {
      let failure = error as? CommandFailure
      return (failure?.message ?? "") + " | " + (failure?.help.joined() ?? "")
    }
    return "none"
  }

  @Test func foreignNotebooksAreRead() throws {
    let python = """
      {"cells": [{"cell_type": "code", "source": "print(1)", "outputs": [
        {"output_type": "stream", "name": "stdout", "text": ["1\\n"]}]},
       {"cell_type": "markdown", "source": ["# a\\n", "b"]}],
       "metadata": {"kernelspec": {"language": "python"}}, "nbformat": 4}
      """
    let found = try read(python)
    #expect(found.language == "python")
    #expect(found.cells.parts.map(\.text) == ["print(1)", "# a\nb"])
    #expect(found.cells.parts[0].outputs == [0: "1"])
  }

  @Test(arguments: [
    ("", "no JSON from byte 0"), ("load data", "no JSON from byte 0"),
    ("{\"cells\": [\n{\"a\": 1,]", "no JSON from byte 20 on, line 2"),
    ("[]", "it is a list"), ("{}", "has no `nbformat`"),
    ("{\"cells\": 3, \"nbformat\": 4}", "has no list of `cells`"),
    ("{\"cells\": [], \"cells\": [], \"nbformat\": 4}", "`cells` twice"),
    ("{\"cells\": [], \"nbformat\": 99}", "of nbformat 99, which is not known"),
    ("{\"cells\": [], \"nbformat\": -1}", "of nbformat -1, which is not known"),
    ("{\"cells\": [], \"nbformat\": 4.5}", "of nbformat 4.5, which is not known"),
    ("{\"cells\": [], \"nbformat\": \"4\"}", "`nbformat` with a text, and the number 4"),
  ])
  func whatIsNoNotebookIsRefusedWithThePlace(text: String, message: String) {
    #expect(self.message(text).contains(message), "\(self.message(text))")
  }

  @Test func anOldFormIsNamedWithTheWayToUpgradeIt() {
    let old =
      "{\"nbformat\":3,\"worksheets\":[{\"cells\":[{\"cell_type\":\"code\",\"input\":[\"x\"]}]}]}"
    #expect(message(old).contains("nbformat 3"))
    #expect(message(old).contains("jupyter nbconvert --to notebook"))
  }

  @Test(arguments: [
    ("3", "cell 2 is a number and no object"),
    ("{\"source\": \"show\"}", "cell 2 has no `cell_type`"),
    ("{\"cell_type\": 5, \"source\": \"show\"}", "`cell_type` of cell 2 is a number"),
    ("{\"cell_type\": \"heading\", \"source\": \"show\"}", "cell 2 is of the type `heading`"),
    ("{\"cell_type\": \"code\"}", "cell 2 has no `source`"),
    ("{\"cell_type\": \"code\", \"source\": 5}", "`source` of cell 2 is a number and no text"),
    ("{\"cell_type\": \"raw\", \"source\": {}}", "`source` of cell 2 is an object and no text"),
    ("{\"cell_type\": \"markdown\", \"source\": null}", "`source` of cell 2 is null and no text"),
    (
      "{\"cell_type\": \"code\", \"source\": [\"a\", 3, \"b\"]}",
      "part 2 of `source` of cell 2 is a number and no text"
    ),
    (
      "{\"cell_type\": \"code\", \"source\": \"a\", \"source\": \"b\"}", "cell 2 has `source` twice"
    ),
    (
      "{\"cell_type\": \"code\", \"source\": \"a\", \"outputs\": [{\"text\": [[]]}]}",
      "part 1 of the text of output 1 of cell 2 is a list"
    ),
  ])
  func aCellThatCannotBeReadIsNamed(cell: String, message: String) {
    let text = notebook([code("\"load data\""), cell, code("\"show\"")].joined(separator: ","))
    #expect(self.message(text).contains(message), "\(self.message(text))")
  }

  /// The number of cells read and of faults named is that of the cells that are there.
  @Test func everyCellArrivesOrIsNamed() throws {
    let damaged = notebook(
      code("[\"load data\\n\", 3, [\"split tasks\"]]") + ", {\"source\": \"show\"}, " + code("5"))
    for number in 1...3 { #expect(message(damaged).contains("cell \(number)")) }
    let whole = notebook((1...40).map { code("\"show \($0)\"") }.joined(separator: ","))
    #expect(try read(whole).cells.parts.map(\.text) == (1...40).map { "show \($0)" })
    let empty = notebook(Array(repeating: "{}", count: 50).joined(separator: ","))
    #expect(message(empty).contains("; and 80 more"))
  }

  @Test func aByteOrderMarkAndHalvesOfSurrogatePairsAreRead() throws {
    #expect(try read("\u{FEFF}" + notebook(code("\"show\""))).cells.parts.map(\.text) == ["show"])
    let found = try read(notebook(code(#""a \ud83d b \ude00\ud83d\ude00""#) + "," + code("\"é\"")))
    #expect(found.cells.parts[0].text == "a \u{FFFD} b \u{FFFD}😀")
    #expect(found.mended == [1])
  }

  @Test func picturesAreLeftOutAndCounted() throws {
    let picture = String(repeating: "iVBORw0KGgo", count: 200_000)
    let text = notebook(
      code(
        "\"show\"",
        outputs: "{\"data\": {\"image/png\": \"\(picture)\"}}, {\"text\": \"said\"}, "
          + "{\"data\": {\"image/png\": \"\(picture)\", \"text/plain\": \"Figure\"}}"))
    let found = try read(text)
    #expect(found.outputsWithoutText == 1)
    #expect(found.cells.script == "show\n#> said\n#> Figure\n")
  }

  /// A line of output that ended with CR LF must not become a statement.
  @Test func outputStaysOutputWhateverEndsItsLines() throws {
    let text = notebook(code(#""show\r\nshow""#, outputs: #"{"text": "a\r\nb\r\nc"}"#))
    #expect(try read(text).cells.script == "show\nshow\n#> a\n#> b\n#> c\n")
    let prose = notebook(#"{"cell_type": "markdown", "source": "a\r\nb"}"#)
    #expect(try read(prose).cells.script == "## a\n## b\n")
  }
}
