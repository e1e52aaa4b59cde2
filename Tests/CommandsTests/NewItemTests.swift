import Commands
import Language
import Reports
import Testing

/// Items that nobody has rated, and users whom the data do not know.
@Suite struct NewItemTests {
  private static let later =
    "item,title,category,price\nk1,Paper Kite,outdoor,12\nk2,Tin Drum,music,\n"
  private let host = RecordingHost(["later.csv": Self.later])

  private func interpreter(_ text: String) throws -> Interpreter {
    var interpreter = Interpreter()
    try #require(interpreter.run(Source(text: text), host: host) == .completed)
    return interpreter
  }

  private func record(_ line: String, _ interpreter: inout Interpreter) throws -> Record {
    var found: Report?
    let result = interpreter.run(Source(text: line), host: host) { found = $0.report }
    try #require(result == .completed, "\(line): \(result)")
    return try #require(found).result
  }

  private func scores(_ record: Record) -> [String: Double] {
    let items = record["items"]?.elements?.compactMap { String.read($0) } ?? []
    let scores = record["scores"]?.elements?.compactMap { Double.read($0) } ?? []
    return Dictionary(zip(items, scores)) { first, _ in first }
  }

  @Test func theyComeAfterTheTrainingAndChangeNothing() throws {
    var interpreter = try interpreter(
      "load data\nsplit tasks\nmeta-train maml epochs=1\nsave model \"m.safetensors\"\nadapt user 42"
    )
    let before = scores(try record("topk k=300 seen=yes", &interpreter))
    let added = try record("attach items \"later.csv\"", &interpreter)
    #expect(Double.read(added["new"] ?? .word("")) == 2)
    // In the same session, adapted anew or not, and with the saved model.
    for lines in ["", "adapt user 42", "open model \"m.safetensors\"\nadapt user 42"] {
      #expect(interpreter.run(Source(text: lines), host: host) == .completed)
      let list = try record("topk k=302 seen=yes", &interpreter)
      var after = scores(list)
      #expect(after.removeValue(forKey: "k1") != nil && after.removeValue(forKey: "k2") != nil)
      #expect(after == before)
      let new = list["new"]?.elements?.count { Bool.read($0) == true }
      #expect(new == 2)
    }
    let others = try record("similar item k1 3", &interpreter)
    #expect(others["items"]?.elements?.count == 3)
    _ = try record("explain item k1", &interpreter)
    _ = try record("adapt new k1=5 k2=1", &interpreter)
    _ = try record(
      "evaluate ndcg@5 candidates=all with=[item-mean, item-knn, mf, content]", &interpreter)
    #expect(interpreter.session.tasks != nil)
  }

  @Test func baselinesJudgeOthersAsBefore() throws {
    let with = "[item-mean, popularity, bias, item-knn, mf, svd, content, content-bias, bayes-mf]"
    var plain = try interpreter("load data\nsplit tasks")
    var more = try interpreter("load data\nattach items \"later.csv\"\nsplit tasks")
    let line = "evaluate mae ndcg@5 with=\(with)"
    let (before, after) = (try record(line, &plain), try record(line, &more))
    #expect(before == after)
  }

  @Test func otherFeaturesOfRatedItemsEndTheTasks() throws {
    host.files["made.csv"] = Array("item,made\n1,tin\n2,wood\n".utf8)
    var interpreter = try interpreter("load data\nsplit tasks\nattach items \"made.csv\"")
    #expect(interpreter.session.tasks == nil)
    _ = try record("describe columns", &interpreter)
  }

  // MARK: New users

  @Test func theFeaturesOfANewUserCount() throws {
    var interpreter = try interpreter("load data\nsplit tasks\nmeta-train maml epochs=1")
    _ = try record("adapt new 50=5", &interpreter)
    let unknown = scores(try record("topk 300 seen=yes", &interpreter))
    _ = try record("adapt new 50=5 age=\"18-24\" region=north", &interpreter)
    let young = scores(try record("topk 300 seen=yes", &interpreter))
    _ = try record("adapt new 50=5 age=\"55+\" region=north", &interpreter)
    let old = scores(try record("topk 300 seen=yes", &interpreter))
    #expect(young != unknown && young != old)
    _ = try record("explain item 7", &interpreter)
    _ = try record("adapt new 50=5 age=old", &interpreter)
    let odd = scores(try record("topk 300 seen=yes", &interpreter))
    #expect(odd == unknown)
  }

  @Test func aNameThatFitsBothNeedsQuotes() throws {
    host.files["later.csv"] = Array("item,title\nage,A book of ages\n".utf8)
    var interpreter = try interpreter(
      "load data\nattach items \"later.csv\"\nsplit tasks\nmeta-train maml epochs=1")
    guard case .failed(let fault) = interpreter.run(Source(text: "adapt new age=5"), host: host)
    else {
      Issue.record("it was taken for one of them")
      return
    }
    #expect(fault.code == "E0205")
    #expect(fault.help == ["the item: \"age\"=5", "the feature: user.age=5"])
    let item = try record("adapt new \"age\"=5", &interpreter)
    #expect(Double.read(item["support"] ?? .word("")) == 1)
    let feature = try record("adapt new user.age=\"25-34\" 50=4", &interpreter)
    #expect(Double.read(feature["support"] ?? .word("")) == 1)
    guard case .failed(let word) = interpreter.run(Source(text: "adapt new 50=good"), host: host)
    else {
      Issue.record("a word was taken for a rating")
      return
    }
    #expect(word.message.contains("must be a number"))
  }
}
