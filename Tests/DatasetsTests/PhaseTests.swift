import Datasets
import Kernels
import Language
import Testing

private let sample = SampleData().load(from: MemoryFiles([String: [UInt8]]()))
private let key = RandomKey(seed: 7).derived("split")

/// Tasks of items, and phases.
@Suite struct PhaseTests {
  private func split(_ change: (inout TaskSplitting) -> Void) throws(DatasetError) -> TaskSplit {
    var splitting = TaskSplitting()
    change(&splitting)
    return try splitting.split(sample, key: key)
  }

  /// Six items with 2 to 7 raters each, whose ids rise and waves fall while the rows go on.
  private func small() throws -> Dataset {
    var rows: [String] = ["user,item,rating,wave"]
    for item in 1...6 {
      for rater in 0...item {
        rows.append("\(9 + 3 * rater),i\(item),\(1 + (rater + item) % 5),d\(9 - rater)")
      }
    }
    return try ratings(rows.joined(separator: "\n"))
  }

  // MARK: Tasks of items

  @Test func seenTwiceTheOtherWayRoundTheyAreAsBefore() {
    let other = sample.seen(by: .items)
    #expect(other.users.ids == sample.items.ids && other.items.ids == sample.users.ids)
    #expect(other.interactions.users == sample.interactions.items)
    #expect(other.users.features.map(\.name) == sample.items.features.map(\.name))
    #expect(other.seen(by: .users).contentDigest == sample.contentDigest)
    #expect(other.seen(by: .items).owner == .items)
  }

  @Test func aTaskIsAnItemAndItsRaters() throws {
    let tasks = try split { $0.of = .items }
    #expect(tasks.owner == .items)
    let rows = sample.seen(by: .items).rowsByUser()
    for task in tasks.train + tasks.valid + tasks.test {
      #expect((task.support + task.query).sorted() == Array(rows[Int(task.user)]))
      for row in task.query { #expect(sample.interactions.items[Int(row)] == task.user) }
    }
    let owners = TaskSplit.Part.allCases.flatMap { tasks[$0].map(\.user) }
    #expect(Set(owners).count == owners.count)
    #expect(tasks.recipe.hasPrefix("of=items by=item "))
  }

  @Test func whatIsDealtOutIsCalledAsTheFilesCallIt() throws {
    let byUser = try split { ($0.of, $0.by, $0.query, $0.min) = (.items, .user, .count(1), 2) }
    func users(_ part: TaskSplit.Part) -> Set<Int32> {
      Set(
        byUser[part].flatMap { ($0.support + $0.query).map { sample.interactions.users[Int($0)] } })
    }
    #expect(users(.train).isDisjoint(with: users(.test)))
    let new = try split { ($0.of, $0.cold, $0.query, $0.min) = (.items, .item, .count(1), 2) }
    #expect(Set(new.train.map(\.user)).isDisjoint(with: new.test.map(\.user)))
    let categories = try split {
      ($0.of, $0.by, $0.test, $0.query, $0.min) = (
        .items, .category, .values(["plush"]), .count(1), 2
      )
    }
    #expect(categories.dealt?[.test] == ["plush"])
  }

  @Test func faultsSpeakOfItems() {
    let error = #expect(throws: DatasetError.self) {
      try split { ($0.of, $0.min) = (.items, 100_000) }
    }
    #expect(error?.message == "no item has 100000 or more ratings")
    #expect(
      TaskOwner.items.worded("3 users' and a user's items (items; `adapt user`), item-mean")
        == "3 users' and an item's users (users; `adapt user`), item-mean")
    #expect(TaskOwner.users.worded("users") == "users")
  }

  // MARK: Phases

  @Test func everyPhaseKnowsMoreAndJudgesTheSame() throws {
    let tasks = try split { ($0.of, $0.phases, $0.min, $0.max) = (.items, [5, 3], 10, 40) }
    #expect(tasks.others.map(\.name) == ["cold", "after-5", "after-8"])
    #expect(tasks.test == tasks.others[2].tasks)
    let rows = sample.seen(by: .items).rowsByUser()
    for (number, task) in tasks.others[0].tasks.enumerated() {
      let later = tasks.others.map { $0.tasks[number] }
      #expect(later.allSatisfy { $0.query == task.query && $0.user == task.user })
      #expect(later.map(\.support.count) == [0, 5, 8])
      #expect(Array(later[2].support.prefix(5)) == later[1].support)
      #expect((later[2].support + task.query).sorted() == Array(rows[Int(task.user)]))
      #expect((10...40).contains(rows[Int(task.user)].count))
    }
    // All with more are trained on, or chosen by.
    let old = Set((tasks.train + tasks.valid).map { Int($0.user) })
    #expect(old == Set(rows.indices.filter { rows[$0].count > 40 }))
    #expect(Set(tasks.train.map(\.support.count)).isSubset(of: [0, 5, 8]))
    #expect(Set(tasks.train.map(\.support.count)).count == 3)
  }

  @Test func withoutMaxTheNewOnesAreDrawn() throws {
    let tasks = try split { ($0.phases, $0.test, $0.valid) = ([4], .count(30), .count(0)) }
    #expect(tasks.test.count == 30 && tasks.valid.isEmpty && tasks.train.count == 570)
  }

  @Test func theOrderIsThatOfAColumnEitherWay() throws {
    let data = try small()
    func first(_ order: TaskSplitting.Order, descending: Bool = false) throws -> [String] {
      var splitting = TaskSplitting()
      (splitting.of, splitting.phases, splitting.min, splitting.max) = (.items, [2], 3, 6)
      (splitting.order, splitting.isDescending, splitting.valid) = (order, descending, .count(0))
      let tasks = try splitting.split(data, key: key)
      return try #require(tasks.test.last).support.map {
        data.users.ids.names[Int(data.interactions.users[Int($0)])]
      }
    }
    // Ids are numbers: 9 comes before 12.
    #expect(try first(.column("user")) == ["9", "12"])
    #expect(try first(.column("user"), descending: true) == ["24", "21"])
    #expect(try first(.column("wave")) == ["24", "21"])
    let error = #expect(throws: DatasetError.self) { try first(.column("waves")) }
    #expect(error?.suggestions.first == "wave")
  }

  @Test func aColumnMaySayWhoIsNew() throws {
    var splitting = TaskSplitting()
    (splitting.phases, splitting.from, splitting.order) = ([1], "wave", .column("item"))
    (splitting.train, splitting.test, splitting.valid) = (
      ["d9", "d8"], .values(["d7", "d6"]), .count(0)
    )
    let tasks = try splitting.split(try small(), key: key)
    #expect(tasks.train.count == 2 && tasks.test.count == 2)
  }

  @Test func whatIsTooLongIsSaid() throws {
    let error = #expect(throws: DatasetError.self) { try split { $0.phases = [400, 300] } }
    #expect(error?.message.contains("700 ratings") == true)
    let remedy = try #require(error?.help.last)
    #expect(remedy.hasPrefix("shorter ones fit: phases "))
    let sizes = remedy.split(separator: " ").compactMap { Int($0) }
    #expect(throws: Never.self) { try split { $0.phases = sizes } }
    let none = #expect(throws: DatasetError.self) {
      try split { ($0.phases, $0.min, $0.max) = ([5], 6, 100_000) }
    }
    #expect(none?.argument == "max")
  }

  @Test func whoHasNoRatingMoreIsCounted() throws {
    var splitting = TaskSplitting()
    (splitting.of, splitting.phases, splitting.min, splitting.max) = (.items, [3], 3, 6)
    splitting.valid = .count(0)
    let tasks = try splitting.split(try small(), key: key)
    #expect(tasks.unjudged == 1 && tasks.test.count == 3 && tasks.train.count == 1)
  }
}
