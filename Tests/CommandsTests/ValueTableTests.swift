import Commands
import Language
import Reports
import Testing

/// What `show $r` says of results.
@Suite struct ValueTableTests {
  private func tables(_ line: String) throws -> [Table] {
    var interpreter = Interpreter()
    var last: Report?
    let text = "load data; split tasks; meta-train maml epochs=1; " + line
    let result = interpreter.run(Source(text: text), host: RecordingHost()) { last = $0.report }
    try #require(result == .completed, "\(result)")
    return try #require(last).blocks.compactMap {
      if case .table(let table) = $0 { table } else { nil }
    }
  }

  @Test func resultsWithinAResultAreRowsOfNumbers() throws {
    let tables = try tables("let r = evaluate mae ndcg@5; show $r")
    #expect(tables.count == 2)
    #expect(tables[0].columns.map(\.title) == ["field", "value"])
    #expect(tables[0].rows.contains([.text("users"), .count(60)]))
    #expect(tables[1].columns.map(\.title) == ["name", "mae", "ndcg@5"])
    #expect(tables[1].columns.map(\.alignment) == [.left, .right, .right])
    let models = tables[1].rows.map { $0[0] }
    #expect(models.contains(.text("item-mean")) && models.contains(.text("maml")))
    let popularity = try #require(tables[1].rows.first { $0[0] == .text("popularity") })
    #expect(popularity[1] == .missing)
    guard case .number(let value, let digits) = popularity[2] else {
      Issue.record("\(popularity[2])")
      return
    }
    #expect(value > 0 && digits == 4)
  }

  @Test func listsOfOneLengthAreColumns() throws {
    let users = try tables("let r = evaluate mae; show $r.per-user")
    #expect(users.count == 1 && users[0].rows.count == 60)
    #expect(users[0].columns.map(\.title) == ["users", "mae"])
    let top = try tables("adapt user 42; let t = topk 3; show $t")
    #expect(
      top[0].rows == [[.text("user"), .text("42")]] || top[0].rows == [[.text("user"), .count(42)]])
    #expect(top[1].columns.map(\.title).prefix(3) == ["items", "titles", "scores"])
    #expect(top[1].rows.count == 3)
  }

  @Test func runsOfASweepAreRows() throws {
    let tables = try tables("let s = meta-train maml steps=1..2 epochs=1; show $s")
    let runs = try #require(tables.first { $0.title == "runs" })
    #expect(runs.rows.count == 2)
    #expect(runs.columns.map(\.title).contains("loss"))
  }

  @Test func everyFormatWritesThemAsNumbers() throws {
    let host = RecordingHost()
    var interpreter = Interpreter()
    let saves = ["csv", "json", "md", "html", "tex", "txt"].map {
      "show $r | save report \"r.\($0)\""
    }
    let lines = ["load data", "split tasks", "let r = compare item-mean bias"] + saves
    let text = lines.joined(separator: "; ")
    #expect(interpreter.run(Source(text: text), host: host) { _ in } == .completed)
    func written(_ ending: String) throws -> String { try #require(host.text("r.\(ending)")) }
    guard case .record(let r)? = interpreter.variables["r"]?.value,
      case .record(let bias)? = r["bias"], case .number(let mae)? = bias["mae"]
    else {
      Issue.record("no result")
      return
    }
    let csv = try written("csv")
    #expect(csv.contains("\nbias,\(Number.text(mae.value)),"))
    #expect(try written("json").contains(Number.text(mae.value)))
    #expect(try written("md").contains("| bias | 0."))
    #expect(try written("html").contains("<td>bias</td><td class=\"number\">0."))
    #expect(try written("tex").contains("bias & $0."))
    #expect(try written("txt").contains("bias "))
  }
}
