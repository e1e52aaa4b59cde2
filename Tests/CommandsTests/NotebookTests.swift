import Commands
import Datasets
import Kernels
import Language
import Reports
import TestedKernels
import Testing

/// Keeps what is written in memory and never wants to stop.
private final class PageHost: Host, @unchecked Sendable {
  var files: [String: [UInt8]] = [:]

  func read(_ path: String) throws(CommandFailure) -> FileContents {
    guard let bytes = files[path] else { throw CommandFailure("E0501", "there is no `\(path)`") }
    return FileContents(path: path, bytes)
  }
  func kind(of path: String) -> FileKind? { files[path] == nil ? nil : .file }
  func list(_ path: String) -> [String] { files.keys.sorted() }
  func write(_ bytes: [UInt8], to path: String) { files[path] = bytes }
  let kernels = KernelSet.underTest

  func now() -> Double { 0 }
  func checkpoint(_ progress: Progress) {}
}

@Suite struct NotebookTests {
  private let host = PageHost()

  /// A notebook after these lines; each must have worked.
  private func notebook(_ lines: String...) -> Notebook {
    var notebook = Notebook()
    for line in lines { #expect(ran(line, in: &notebook), "\(line)") }
    return notebook
  }

  private func ran(_ line: String, in notebook: inout Notebook) -> Bool {
    switch notebook.run(line, host: host, observe: { _ in }) {
    case .ran(let result): result == .completed
    case .request: true
    }
  }

  private func texts(_ line: String, in notebook: inout Notebook) -> [String]? {
    guard case .request(.run(let texts, _)) = notebook.run(line, host: host, observe: { _ in })
    else {
      return nil
    }
    return texts
  }

  private func seed(_ notebook: Notebook) -> Int { notebook.interpreter.session.settings.seed }

  @Test func undoAndRedoWalkThroughTheStates() {
    var notebook = notebook("set seed=1", "set seed=2", "set seed=3", "undo 2")
    #expect(seed(notebook) == 1)
    #expect(ran("redo", in: &notebook) && seed(notebook) == 2)
    #expect(!ran("redo 2", in: &notebook) && seed(notebook) == 2)
    #expect(ran("undo 2", in: &notebook) && !ran("undo", in: &notebook))
  }

  @Test func aNewCellAfterUndoTakesAnotherWay() {
    var notebook = notebook("set seed=1", "set seed=2", "undo", "set seed=9")
    #expect(!ran("redo", in: &notebook) && seed(notebook) == 9)
    #expect(notebook.interpreter.log == ["set seed=1", "set seed=9"])
    #expect(ran("goto 2", in: &notebook) && seed(notebook) == 2)
    #expect(ran("undo", in: &notebook) && seed(notebook) == 9)
  }

  @Test func branchesNameStates() {
    var notebook = notebook("set seed=1", "branch first", "set seed=2", "goto first")
    #expect(seed(notebook) == 1)
    #expect(!ran("goto nowhere", in: &notebook))
  }

  @Test func undoForgetsWhatACellBound() {
    var notebook = notebook("let a = 1", "let b = 2", "undo")
    #expect(ran("expect $a == 1", in: &notebook))
    #expect(!ran("expect $b == 2", in: &notebook))
  }

  @Test func aThousandUndosAreImmediate() {
    var notebook = notebook("load data", "split tasks", "set seed=2")
    let clock = ContinuousClock()
    let spent = clock.measure {
      for _ in 0..<500 { _ = ran("undo", in: &notebook) && ran("redo", in: &notebook) }
    }
    #expect(spent < .seconds(1))
  }

  @Test func aFailedCellChangesNothingButHasANumber() {
    var notebook = notebook("set seed=1")
    #expect(!ran("laod", in: &notebook))
    #expect(notebook.number == 3 && seed(notebook) == 1)
    #expect(!ran("goto 2", in: &notebook))
  }

  @Test func rerunChangesOptionsWhereTheyStandAndWhereTheyAreTaken() {
    var notebook = notebook("load data", "split tasks query=5")
    #expect(texts("rerun 2", in: &notebook) == ["split tasks query=5"])
    #expect(texts("rerun 1..2 query=7", in: &notebook) == ["load data", "split tasks query=7"])
    #expect(texts("rerun 2 max=50", in: &notebook) == ["split tasks query=5 max=50"])
    #expect(texts("rerun 2 nonsense=1", in: &notebook) == nil)
    #expect(texts("rerun 9", in: &notebook) == nil)
  }

  @Test func rerunGivesRatingsNoOptions() {
    var notebook = notebook("load data; split tasks", "meta-train maml epochs=1", "adapt user 42")
    #expect(
      texts("rerun 2..3 steps=3", in: &notebook) == [
        "meta-train maml epochs=1 steps=3", "adapt user 42",
      ])
    #expect(texts("rerun 3 shots=3", in: &notebook) == ["adapt user 42 shots=3"])
    #expect(texts("rerun 3 steps=3", in: &notebook) == nil)
  }

  @Test func aResultIsShownFieldByField() throws {
    var notebook = notebook("load data", "let s = split tasks", "show $s")
    let said = notebook.cells[2].reports.map { PlainRenderer().text($0) }.joined()
    #expect(said.contains(#/test +60/#))
    #expect(!ran("show $nothing", in: &notebook))
    #expect(!ran("show rats", in: &notebook))
  }

  @Test func theLastResultHasAName() {
    var notebook = notebook("load data")
    guard let field = notebook.cells.last?.reports.last?.result.fields.first?.name else { return }
    #expect(ran("expect $_.\(field) == $_1.\(field)", in: &notebook))
  }

  @Test func commandsOfTheNotebookAreRefusedInScripts() {
    var interpreter = Interpreter()
    let result = interpreter.run(Source(text: "set seed=2; undo"), host: host)
    guard case .failed(let fault) = result else {
      Issue.record("it ran: \(result)")
      return
    }
    #expect(fault.code == "E0801")
  }

  @Test func documentsHoldTheCellsThatStand() throws {
    var notebook = notebook("## # A morning\n## with <data>", "load data", "set seed=5", "undo")
    for ending in ["md", "html", "ipynb", "tex"] {
      #expect(ran("publish \"out.\(ending)\"", in: &notebook))
      let text = String(decoding: host.files["out.\(ending)"] ?? [], as: UTF8.self)
      #expect(text.contains("load") && text.contains("A morning") && !text.contains("seed=5"))
    }
    let page = String(decoding: host.files["out.html"] ?? [], as: UTF8.self)
    #expect(page.contains("&lt;data&gt;") && !page.contains("src=") && !page.contains("href="))
    let book = try #require(
      JSON(parsing: String(decoding: host.files["out.ipynb"] ?? [], as: UTF8.self)))
    // The first sets the seed, which the session has not done.
    #expect(book["cells"]?.array?.map { $0["cell_type"]?.string } == ["code", "markdown", "code"])
    #expect(book["cells"]?.array?[0]["source"] == .array([.string("set seed=7")]))
    #expect(!ran("publish \"out.doc\"", in: &notebook))
  }

  @Test(arguments: [
    ("2..3", [2, 3]), ("3", [3]), ("last=2", [3, 5]), ("last=90", [1, 2, 3, 5]),
    ("", [1, 2, 3, 5]),
  ])
  func aDocumentMayHoldSomeCells(which: String, numbers: [Int]) throws {
    var notebook = notebook("set seed=1", "set seed=2", "set seed=3")
    #expect(!ran("laod", in: &notebook) && ran("set seed=5", in: &notebook))
    #expect(ran("publish \"out.ipynb\" \(which)", in: &notebook))
    let book = try #require(
      JSON(parsing: String(decoding: host.files["out.ipynb"] ?? [], as: UTF8.self)))
    let cells = book["cells"]?.array?.compactMap { $0["execution_count"]?.number.map { Int($0) } }
    #expect(cells == numbers)
  }

  @Test(arguments: ["7", "2..9", "2 last=1", "last=0", "stale last=3"])
  func aDocumentOfCellsThatAreNotThereIsNone(which: String) {
    var notebook = notebook("set seed=1", "set seed=2")
    #expect(!ran("publish \"out.md\" \(which)", in: &notebook))
    #expect(host.files["out.md"] == nil)
  }

  @Test func aStaleCellKeepsItsResultsInADocument() throws {
    var notebook = notebook(
      "load data", "split tasks", "let r = evaluate mae with=[bias]", "split tasks query=5")
    #expect(ran("publish \"out.ipynb\"", in: &notebook))
    let book = try #require(
      JSON(parsing: String(decoding: host.files["out.ipynb"] ?? [], as: UTF8.self)))
    let outputs = try #require(book["cells"]?.array?[3]["outputs"]?.array)
    let texts = outputs.compactMap {
      $0["data"]?["text/plain"]?.array?.compactMap(\.string).joined()
    }
    #expect(texts.count == 2 && texts[0].contains("Stale") && texts[1].contains("item-mean"))
  }

  // MARK: Results that no longer hold

  private func stale(_ notebook: Notebook) -> [Int] { notebook.stale(host).keys.sorted() }

  @Test func aChangeUpstreamMakesResultsStale() {
    var notebook = notebook(
      "load data", "split tasks", "meta-train maml epochs=1", "let r = evaluate",
      "expect $r.mae > 0")
    #expect(stale(notebook) == [])
    #expect(ran("split tasks query=5", in: &notebook))
    // The data and the old split are as they were; what was made from that split is not.
    #expect(stale(notebook) == [3, 4, 5])
    #expect(notebook.stale()[5]?.reason == "tasks changed by cell 6")
    #expect(ran("undo", in: &notebook) && stale(notebook) == [])
    #expect(ran("redo", in: &notebook) && stale(notebook) == [3, 4, 5])
    #expect(texts("rerun stale", in: &notebook)?.count == 3)
  }

  @Test func modelsAndUsersSideBySideMakeNothingStale() {
    var notebook = notebook(
      "load data", "split tasks", "meta-train maml epochs=1", "adapt user 42", "topk 3",
      "adapt user 7", "meta-train ridge epochs=1")
    #expect(stale(notebook) == [])
    #expect(ran("meta-train maml epochs=2", in: &notebook))
    #expect(stale(notebook) == [4, 5, 6])
  }

  @Test func choosingTheRunThatIsThereMakesNothingStale() {
    var notebook = notebook(
      "load data", "split tasks", "let s = meta-train maml steps=[1, 2] epochs=1",
      "let r = evaluate",
      "best $s")
    #expect(stale(notebook) == [])
    #expect(ran("meta-train maml steps=3 epochs=1", in: &notebook))
    #expect(stale(notebook).contains(4))
  }

  @Test func theLastResultWasMeantAsItWas() {
    var notebook = notebook(
      "load data", "split tasks", "let r = evaluate mae with=[bias]", "show $_")
    #expect(ran("evaluate mae with=[mf]", in: &notebook) && stale(notebook) == [])
    #expect(ran("split tasks query=5", in: &notebook) && stale(notebook) == [3, 4, 5])
  }

  @Test(arguments: [
    ("$r.users", "show $r.users"), ("$r", "show $r"), ("$_3", "show $_3"), ("$r = 5", "$r = 5"),
    ("export \"a.html\"", "publish \"a.html\""), ("export \"a.csv\"", "export \"a.csv\""),
  ])
  func whatIsNoStatementMayMeanOne(line: String, meant: String) throws {
    var notebook = notebook("load data", "split tasks", "let r = evaluate mae")
    let isKnown = meant != line || line.hasPrefix("export")
    #expect(ran(line, in: &notebook) == isKnown)
    if line.hasPrefix("$") { #expect(notebook.cells.last?.text == meant) }
    #expect(
      host.files.keys.sorted()
        == (line.hasPrefix("export") ? [String(line.dropFirst(8).dropLast())] : []))
  }

  @Test func theSeedAndTheNetworkAreUpstreamOfTraining() {
    var notebook = notebook("load data", "split tasks", "meta-train maml epochs=1")
    #expect(ran("model factor", in: &notebook) && stale(notebook) == [3])
    #expect(ran("set seed=8", in: &notebook) && stale(notebook) == [2, 3])
    #expect(ran("set threads=1", in: &notebook) && stale(notebook) == [2, 3])
  }

  @Test func whatAnIncludedFileTakesCounts() {
    host.files["judge.mrs"] = Array("include \"inner.mrs\"".utf8)
    host.files["inner.mrs"] = Array("let r = compare mf item-mean".utf8)
    let notebook = notebook(
      "load data", "split tasks", "include \"judge.mrs\"", "split tasks query=5")
    #expect(stale(notebook) == [3])
  }

  @Test func cellsOfAnotherWayAreNotStaleButElsewhere() {
    let notebook = notebook(
      "load data", "split tasks", "let r = compare mf item-mean", "goto 1", "split tasks query=5")
    #expect(stale(notebook) == [])
    #expect(notebook.abandoned == [2, 3])
  }

  @Test func aStepOnIsNoChangeOfWhatItBeganWith() {
    var notebook = notebook("load data", "clean k-core=5", "describe", "binarize threshold=4")
    #expect(stale(notebook) == [3])
    // The first step began with what is there again; what came after it did not.
    #expect(ran("load data", in: &notebook) && stale(notebook) == [3, 4])
  }

  @Test func aCellThatWasRunAgainIsNotStale() {
    var notebook = notebook(
      "load data", "split tasks", "meta-train maml epochs=1", "split tasks query=5")
    #expect(stale(notebook) == [3])
    _ = notebook.run("meta-train maml epochs=1", again: 3, host: host, observe: { _ in })
    #expect(stale(notebook) == [])
  }

  @Test func theSameAgainMakesNothingStale() {
    var notebook = notebook(
      "load data", "split tasks", "meta-train maml epochs=1", "adapt user 42", "topk 3")
    for line in ["split tasks", "load data", "split tasks by=user query=10", "set threads=1"] {
      #expect(ran(line, in: &notebook) && stale(notebook) == [], "\(line)")
    }
    #expect(ran("evaluate mae", in: &notebook))
  }

  @Test func aFileThatHasChangedMakesWhatCameFromItStale() {
    let rows = (0..<40).map { "u\($0 % 8),i\($0 % 13),\(1 + $0 % 5)\n" }.joined()
    host.files["r.csv"] = Array(("user,item,rating\n" + rows).utf8)
    let notebook = notebook("load \"r.csv\"", "describe", "let k = 5")
    #expect(stale(notebook) == [])
    host.files["r.csv"]? += Array("u1,i12,1\n".utf8)
    #expect(stale(notebook) == [1, 2])
    #expect(notebook.stale(host)[2]?.reason == "the file r.csv has changed")
    host.files["r.csv"] = nil
    #expect(stale(notebook) == [1, 2])
  }

  @Test func lookingDoesNotEndWhatCanBeRedone() {
    for look in ["show", "help split", "describe", "plot popularity", "show $k", "expect 1 < 2"] {
      var notebook = notebook("load data", "let k = 5", "split tasks", "undo", look)
      #expect(ran("redo", in: &notebook), "\(look)")
      #expect(notebook.interpreter.session.tasks != nil && notebook.abandoned == [], "\(look)")
    }
    var notebook = notebook("load data", "split tasks", "undo", "let k = 5")
    #expect(notebook.abandoned == [2])
    guard case .ran(.failed(let fault)) = notebook.run("redo", host: host, observe: { _ in }) else {
      Issue.record("redo went on to another way")
      return
    }
    #expect(fault.code == "E0802")
  }

  @Test func theGraphShowsWhatCameFromWhat() throws {
    var notebook = notebook(
      "load data", "split tasks", "model mlp hidden=4", "meta-train maml epochs=1",
      "let r = evaluate mae", "split tasks query=5", "show graph")
    guard case .graph(let graph)? = notebook.cells.last?.reports.last?.blocks.first else {
      Issue.record("no graph")
      return
    }
    let states = Dictionary(uniqueKeysWithValues: graph.nodes.map { ($0.id, $0.state) })
    #expect(states["tasks"] == .plain && states["the network"] == .plain)
    #expect(states["the model maml"] == .stale && states["$r"] == .stale)
    let sources = graph.edges.filter { $0.to == "the model maml" }.map(\.from)
    #expect(Set(sources) == ["data", "tasks", "the network", "the seed"])
    #expect(graph.nodes.first { $0.id == "tasks" }?.detail == "split tasks query=5 · cell 6")
    #expect(ran("show graph", in: &notebook))
  }

  @Test func usingWhatIsStaleIsSaid() throws {
    var notebook = notebook(
      "load data", "split tasks", "let r = compare mf item-mean", "split tasks query=5")
    let before = notebook.stale()
    #expect(ran("expect $r.users > 0", in: &notebook))
    let remark = try #require(notebook.remark(staleBefore: before))
    #expect(
      remark.blocks.first == .note("$r is of cell 3, which is stale: tasks changed by cell 4."))
  }

  // MARK: why

  private func said(_ line: String, _ notebook: inout Notebook) -> String {
    guard case .request(.show(let report)) = notebook.run(line, host: host, observe: { _ in })
    else {
      return ""
    }
    return PlainRenderer().text(report)
  }

  @Test func whySaysWhatTheSessionLacks() {
    var notebook = notebook("load data")
    #expect(said("why", &notebook).contains("Nothing has failed"))
    #expect(!ran("split tasks min=5000", in: &notebook))
    #expect(!ran("meta-train maml", in: &notebook))
    let text = said("why", &notebook)
    #expect(text.contains("cell 1: load data"), "\(text)")
    #expect(text.contains("cell 2 failed: split tasks min=5000"), "\(text)")
    #expect(said("why 2", &notebook).contains("split tasks min=5000"))
    #expect(said("why 1", &notebook).contains("did not fail"))
  }

  @Test func whyKnowsWhatWasUndone() {
    var notebook = notebook("load data", "split tasks", "undo")
    #expect(!ran("meta-train maml", in: &notebook))
    #expect(said("why", &notebook).contains("`goto 2` brings back"))
  }
}
