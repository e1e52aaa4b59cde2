import Commands
import Language
import Reports
import Testing

/// What `show` says of each kind of value, to people and to programs.
@Suite struct ShownValueTests {
  private func shown(_ text: String, in interpreter: inout Interpreter) throws -> Report {
    var found: Report?
    let result = interpreter.run(Source(text: text), host: RecordingHost()) {
      found = $0.report ?? found
    }
    try #require(result == .completed, "\(text): \(result)")
    return try #require(found)
  }

  @Test(arguments: [
    // The value, its words, and its JSON.
    ("5", "5", "5"), ("0.25", "0.25", "0.25"), ("-2", "-2", "-2"), ("007", "007", "7"),
    ("10%", "10%", "0.1"), ("3s", "3s", "3"), ("2 + 3", "5", "5"),
    (#""a b""#, "a b", #""a b""#), ("anil", "anil", #""anil""#),
    ("1..3", "1..3", #"{"from":1,"to":3,"step":1}"#),
    ("[1, 2, 3]", "1, 2, 3", "[1,2,3]"), ("[]", "[]", "[]"),
    ("[1, none, 3]", "1, none, 3", "[1,null,3]"), ("[none, none]", "none, none", "[null,null]"),
    ("[a, none]", "a, none", #"["a","none"]"#),
    ("[[1, 2], [3, none]]", "[1, 2], [3, none]", "[[1,2],[3,null]]"),
    ("[[], 1]", "[], 1", "[[],1]"),
  ])
  func valuesAreWordsForPeopleAndJSONForPrograms(value: String, words: String, json: String) throws
  {
    var interpreter = Interpreter()
    let report = try shown("let v = \(value)\nshow $v", in: &interpreter)
    #expect(PlainRenderer().text(report) == words + "\n")
    let read = try #require(JSON(parsing: JSONRenderer().text(report)))
    #expect(read["result"]?["value"]?.text == json)
    // What `show` gives back is the value itself.
    let again = try shown("let w = show $v\nshow $w", in: &interpreter)
    #expect(again == report)
  }

  @Test func programsGetAllOfALongList() throws {
    var interpreter = Interpreter()
    let list = (1...150).map(String.init).joined(separator: ", ")
    let report = try shown("let v = [\(list)]\nshow $v", in: &interpreter)
    #expect(PlainRenderer().text(report).contains("… 150"))
    let read = try #require(JSON(parsing: JSONRenderer().text(report)))
    #expect(read["result"]?["value"]?.array?.count == 150)
  }

  @Test func aWordThatIsWrittenNamesSomethingAndOneBehindANameIsShown() throws {
    let faults = Interpreter().check(Source(text: "show sesion"))
    #expect(faults.filter { $0.severity == .error }.map(\.code) == ["E0202"])
    var interpreter = Interpreter()
    let report = try shown("let v = [session, graph]\nshow $v[1]", in: &interpreter)
    #expect(report.result.asValue == .word("session"))
  }

  @Test func usersForWhomAMetricHasNoMeaningHaveNoNumber() throws {
    var interpreter = Interpreter()
    let report = try shown(
      "load data\nsplit tasks\nlet r = evaluate auc\nshow $r.item-mean.per-user", in: &interpreter)
    let json = try #require(JSON(parsing: JSONRenderer().text(report)))
    let values = try #require(json["result"]?["auc"]?.array)
    #expect(values.contains(.null) && values.allSatisfy { $0 == .null || $0.number != nil })
    let rows = try #require(json["blocks"]?.array?.last?["table"]?["rows"]?.array)
    #expect(rows.compactMap { $0.array?.last } == values)
    #expect(!CSVRenderer().text(report).contains("none"))
  }
}
