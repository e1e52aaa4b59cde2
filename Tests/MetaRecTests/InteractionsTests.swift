import MetaRec
import Testing

/// Ratings from memory: what is taken, and what is refused with which words.
@Suite struct InteractionsTests {
  private func made(
    _ users: [String], _ items: [String], _ values: [Double], times: [Int64] = [],
    scale: ClosedRange<Double>? = nil
  ) -> String? {
    code {
      _ = try Interactions(users: users, items: items, values: values, times: times, scale: scale)
    }
  }

  @Test func whatCannotBeUsedIsRefused() {
    #expect(made([], [], []) == "E0511")
    #expect(made(["a"], ["x"], []) == "E0511")
    #expect(made(["a"], ["x", "y"], [1]) == "E0511")
    #expect(made(["a"], ["x"], [1], times: [1, 2]) == "E0511")
    for value in [Double.nan, .infinity, -.infinity, 1e300, 1e10] {
      #expect(made(["a"], ["x"], [value]) == "E0510", "\(value)")
    }
    #expect(made(["a"], ["x"], [6], scale: 1...5) == "E0510")
    #expect(made(["a"], ["x"], [3], scale: -Double.infinity...5) == "E0510")
    #expect(made(["a"], ["x"], [3], times: [-1]) == "E0510")
    #expect(made(["a"], ["x"], [3], times: [.max]) == "E0510")
    for id in ["", "a\nb", "\0", String(repeating: "x", count: 1001)] {
      #expect(made([id], ["x"], [1]) == "E0510")
      #expect(made(["x"], [id], [1]) == "E0510")
    }
    #expect(made(["a", "a"], ["x", "x"], [1, 2]) == "E0510")
    #expect(made(["a", "a"], ["x", "y"], [1, 2]) == nil)
  }

  @Test func messagesNameTheRowAndWhatToDo() throws {
    do {
      _ = try Interactions(users: [1, 2, 1], items: [7, 7, 7], values: [1, 2, 3])
      Issue.record("a repeated pair was taken")
    } catch let error as LaboratoryError {
      #expect(error.message.contains("row 0") && error.message.contains("row 2"))
      #expect(error.help.first?.contains("allowsRepeats") == true)
    }
    let repeated = try Interactions(
      users: [1, 2, 1], items: [7, 7, 7], values: [1, 2, 3], allowsRepeats: true)
    #expect(repeated.count == 3)
    let lab = try Laboratory()
    try lab.give(repeated)
    try lab.perform("clean dedupe=last")
    #expect(try lab.data().values == [3, 2] || lab.data().values == [2, 3])
  }

  @Test func theColumnsComeBackAsTheyWereGiven() throws {
    let data = try World.interactions()
    let columns = World.columns
    #expect(data.users == columns.users)
    #expect(data.items == columns.items)
    #expect(data.values == columns.values)
    #expect(data.scale == 1...5)
  }

  @Test func ratingsFromMemoryGiveWhatTheFileGives() throws {
    let fromFile = try Laboratory(host: MemoryHost(texts: ["r.csv": World.csv]))
    try fromFile.perform("load \"r.csv\"; " + World.training + "let r = evaluate mae")
    let fromMemory = try Laboratory()
    let columns = World.columns
    try fromMemory.give(
      Interactions(users: columns.users, items: columns.items, values: columns.values))
    try fromMemory.perform(World.training + "let r = evaluate mae")
    #expect(try fromFile["r"]["mae"].number == fromMemory["r"]["mae"].number)
  }

  @Test func itemsThatNobodyRatedAreRankedAsWell() throws {
    var data = try World.interactions()
    try data.addFeature("made", of: .item, ["new-kite": "wood", "i0": "wood"])
    try data.addTitles(["new-kite": "A New Kite"])
    #expect(data.itemIDs.count == World.items + 1)
    let lab = try Laboratory()
    try lab.give(data)
    try lab.perform(World.training)
    let top = try lab.recommender().adapted(to: ["i0": 5]).top(31, seen: true)
    #expect(top.contains { $0.item == "new-kite" && $0.title == "A New Kite" })
  }

  @Test func featuresAreOfOneKindAndOfNamesThatCanBeShown() throws {
    var data = try World.interactions()
    #expect(code { try data.addFeature("x", of: .user, ["u1": 1, "u2": "two"]) } == "E0510")
    #expect(code { try data.addFeature("x", of: .user, ["u1": .number(.nan)]) } == "E0510")
    #expect(code { try data.addFeature("x", of: .user, ["u1": .number(1e300)]) } == "E0510")
    #expect(code { try data.addFeature("x", of: .item, ["i1": [1, 2]]) } == "E0510")
    #expect(code { try data.addFeature("x", of: .item, ["i1": .record([])]) } == "E0510")
    #expect(code { try data.addFeature("x", of: .item, ["": "a"]) } == "E0513")
    #expect(code { try data.addFeature("", of: .item, ["i1": "a"]) } == "E0510")
    #expect(code { try data.addTitles(["i1": "a\u{1B}[31m"]) } == "E0510")
    #expect(data.itemIDs.count == World.items)
  }

  /// Tables at the edge of what is one: whatever scripts do with them ends in a result or a diagnostic.
  @Test(arguments: [
    ([0], [0], [3.0]), ([0, 0, 0], [0, 1, 2], [1.0, 1.0, 1.0]),
    ([0, 1, 2], [0, 0, 0], [1.0, 2.0, 3.0]), ([0, 1], [0, 1], [-1e9, 1e9]),
    (
      Array(0..<60).map { $0 / 20 }, Array(0..<60).map { $0 % 20 }, Array(repeating: 2.0, count: 60)
    ),
  ])
  func noTableTraps(users: [Int], items: [Int], values: [Double]) throws {
    for threads in [1, 3] {
      let lab = try Laboratory(threads: threads)
      try lab.give(Interactions(users: users, items: items, values: values))
      for line in [
        "describe", "split tasks", "split tasks min=1 support=1 query=1 valid=0 test=0.5",
        "meta-train maml steps=1 epochs=2", "meta-train reptile epochs=1", "evaluate",
        "evaluate ndcg@3 mae auc", "compare mf bias item-mean user-knn item-knn",
        "adapt new 0=3", "topk 1", "similar item 0", "plot popularity", "clean k-core=2",
        "binarize threshold=2", "abtest mf popularity users=5 runs=3", "show",
      ] {
        do { try lab.perform(line) } catch {
          let fault = try #require(error as? LaboratoryError, "\(line): \(error)")
          #expect(fault.code != "E0900", "\(line): \(fault)")
        }
      }
    }
  }
}
