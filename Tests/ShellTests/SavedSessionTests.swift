import Commands
import Language
import Reports
import Testing

import Shell

/// Sessions that are saved and replayed, on the built-in sample.
@Suite struct SavedSessionTests {
  private let scratch = Scratch()

  private var host: TerminalHost { TerminalHost(directory: scratch.path) }

  /// A notebook with these cells.
  private func notebook(_ cells: [String]) throws -> Notebook {
    var notebook = Notebook()
    for cell in cells {
      guard case .ran(let result) = notebook.run(cell, host: host, observe: { _ in }) else {
        continue
      }
      try #require(result == .completed, "\(cell): \(result)")
    }
    return notebook
  }

  private func replay(_ name: String) throws -> Replay {
    let source = Source(name: name, text: try #require(scratch.text(name)))
    return Replay(of: source, host: host)
  }

  /// The statements of a saved script, without what is recorded.
  private func statements(_ name: String) throws -> [String] {
    try #require(scratch.text(name)).split(separator: "\n").map(String.init)
      .filter { !$0.hasPrefix("#") && $0 != "mrs 1" && !$0.hasPrefix("set seed") }
  }

  static let cells = [
    "set seed=5", "load data", "split tasks test=40%", "let k = 3", "let unused = [1, 2]",
    "baseline mf factors=2", "baseline bias", "model mlp hidden=4",
    "meta-train maml steps=1 epochs=1", "let r = evaluate ndcg mae k=$k",
    "def top(n) {\n  topk $n\n}", "adapt user 42", "top 4", "adapt user 43", "topk $k",
    "meta-train ridge epochs=1",
  ]

  @Test func aSavedSessionPassesItsReplayAtOnce() throws {
    _ = try notebook(Self.cells + ["save session \"all.mrs\""])
    let text = try #require(scratch.text("all.mrs"))
    #expect(text.hasPrefix("mrs 1\nset seed=7\n\nset seed=5\n"))
    for mark in ["#> Loaded sample", "#@ data=", "#@ split=", "#@ weights=", "<time>"] {
      #expect(text.contains(mark), "\(mark)")
    }
    let replay = try replay("all.mrs")
    #expect(replay.status == .success, "\(replay.failures)")
    #expect(replay.remarks.isEmpty)
    #expect(replay.counts.passed > 8)
  }

  @Test(arguments: [
    // What is saved for, and the statements it depends on.
    ("10", [2, 3, 4, 6, 8, 9, 10]), ("r", [2, 3, 4, 6, 8, 9, 10]), ("2", [2]),
    ("13", [2, 3, 8, 9, 11, 12, 13]), ("Out[13]", [2, 3, 8, 9, 11, 12, 13]),
    ("15", [2, 3, 4, 8, 9, 14, 15]),
  ])
  func onlyWhatAResultDependsOnIsSavedForIt(target: String, numbers: [Int]) throws {
    let name = "slice-\(target).mrs"
    _ = try notebook(Self.cells + ["save session \"\(name)\" for=\(target)"])
    let wanted = numbers.flatMap {
      Self.cells[$0 - 1].split(separator: "\n").map(String.init)
    }
    #expect(try statements(name) == wanted)
    // It comes to the same as the whole session did.
    let replay = try replay(name)
    #expect(replay.status == .success, "\(replay.failures)")
    #expect(replay.counts.passed > 1)
  }

  @Test func withoutAnyOneLineTheResultIsNotTheSame() throws {
    _ = try notebook(Self.cells + ["save session \"r.mrs\" for=r"])
    let text = try #require(scratch.text("r.mrs"))
    let places = recordings(in: Source(text: text))
    for place in places.dropFirst(2).dropLast() {
      let source = Source(text: text)
      let without =
        source.slice(SourceRange(0, place.statements.lower))
        + source.slice(SourceRange(place.range.upper, text.utf8.count))
      let found = Replay(of: Source(name: "r.mrs", text: without), host: host)
      #expect(found.status != .success, "\(source.slice(place.statements)) is not needed")
    }
  }

  @Test func whatASearchTrainsIsSavedForItsResult() throws {
    let needed = ["load data", "split tasks", "model mlp hidden=4"]
    let search = "let s = search grid maml steps=[1, 2] epochs=1"
    _ = try notebook(
      needed + [
        "meta-train ridge epochs=1", "let unused = 1", search, "save session \"s.mrs\" for=s",
      ])
    #expect(try statements("s.mrs") == needed + [search])
    #expect(try replay("s.mrs").status == .success)
  }

  @Test func whatWasUndoneIsNotSaved() throws {
    _ = try notebook([
      "load data", "split tasks", "binarize threshold=4", "undo", "save session \"u.mrs\"",
    ])
    #expect(try statements("u.mrs") == ["load data", "split tasks"])
    #expect(try replay("u.mrs").status == .success)
  }

  @Test(arguments: [
    ("99", "E0802"), ("Out[99]", "E0802"), ("nobody", "E0207"), ("unusde", "E0207"),
  ])
  func aTargetThatIsNotThereIsTold(target: String, code: String) throws {
    var notebook = try notebook(["let unused = 1", "show"])
    let line = "save session \"x.mrs\" for=\(target)"
    guard case .ran(.failed(let fault)) = notebook.run(line, host: host, observe: { _ in }) else {
      Issue.record("it was saved")
      return
    }
    #expect(fault.code == code)
    #expect(scratch.text("x.mrs") == nil)
  }
}
