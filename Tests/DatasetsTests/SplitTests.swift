import Kernels
import Testing

import Datasets

private let sample = SampleData().load(from: MemoryFiles([String: [UInt8]]()))
private let key = RandomKey(seed: 7).derived("split")

@Suite struct SplitTests {
  @Test func noUserIsInTwoParts() throws {
    let split = try TaskSplitting().split(sample, key: key)
    let users = TaskSplit.Part.allCases.flatMap { split[$0].map(\.user) }
    #expect(Set(users).count == users.count)
    #expect(split.test.count == 60)
    #expect(split.valid.count == 60)
    #expect(users.count == 600)
  }

  @Test func supportAndQueryAreAllRatingsOfTheUserOnce() throws {
    let split = try TaskSplitting().split(sample, key: key)
    let rows = sample.rowsByUser()
    for task in split.train {
      #expect(task.query.count == 10)
      #expect((task.support + task.query).sorted() == Array(rows[Int(task.user)]))
    }
  }

  @Test func theSameKeyGivesTheSameTasksAndAnotherKeyOthers() throws {
    let first = try TaskSplitting().split(sample, key: key)
    let second = try TaskSplitting().split(sample, key: key)
    let other = try TaskSplitting().split(sample, key: RandomKey(seed: 8).derived("split"))
    #expect(first.test == second.test)
    #expect(first.fingerprint == second.fingerprint)
    #expect(first.test != other.test)
    #expect(first.fingerprint != other.fingerprint)
  }

  @Test func boundsOnRatingsChooseUsers() throws {
    var splitting = TaskSplitting()
    splitting.min = 30
    splitting.max = 40
    splitting.support = .count(5)
    splitting.query = .count(4)
    let split = try splitting.split(sample, key: key)
    let rows = sample.rowsByUser()
    for task in split.train + split.valid + split.test {
      #expect((30...40).contains(rows[Int(task.user)].count))
      #expect(task.support.count == 5)
      #expect(task.query.count == 4)
    }
    let expected = rows.count { (30...40).contains($0.count) }
    #expect(split.train.count + split.valid.count + split.test.count == expected)
  }

  @Test func aSplitThatLeavesNobodySaysTheNumbers() {
    var splitting = TaskSplitting()
    splitting.min = 500
    let error = #expect(throws: DatasetError.self) { try splitting.split(sample, key: key) }
    #expect(error?.message == "no user has 500 or more ratings")
    #expect(error?.help.first == "they have 20 to 60 ratings each")
    splitting = TaskSplitting()
    splitting.test = .share(0.6)
    splitting.valid = .share(0.5)
    #expect(throws: DatasetError.self) { try splitting.split(sample, key: key) }
  }

  @Test func aColumnDecidesWhereRowsGo() throws {
    var data = sample
    let states = data.interactions.items.map { $0 < 200 ? "warm" : "cold" }
    var vocabulary = Vocabulary()
    let codes = states.map { Int32(vocabulary.insert($0)) }
    data.interactions.columns["state"] = CategoricalColumn(vocabulary: vocabulary, codes: codes)
    var splitting = TaskSplitting()
    splitting.from = "state"
    splitting.train = ["warm"]
    splitting.test = .values(["cold"])
    splitting.query = .count(3)
    let split = try splitting.split(data, key: key)
    for task in split.train + split.valid {
      #expect((task.support + task.query).allSatisfy { states[Int($0)] == "warm" })
    }
    for task in split.test {
      #expect((task.support + task.query).allSatisfy { states[Int($0)] == "cold" })
    }
    #expect(Set(split.train.map(\.user)).isDisjoint(with: split.valid.map(\.user)))
    splitting.test = .values(["colt"])
    #expect(throws: DatasetError.self) { try splitting.split(data, key: key) }
    splitting.from = "stat"
    #expect(throws: DatasetError.self) { try splitting.split(data, key: key) }
  }

  /// The items that tasks rate.
  private func items(_ tasks: [UserTask]) -> Set<Int32> {
    Set(tasks.flatMap { ($0.support + $0.query).map { sample.interactions.items[Int($0)] } })
  }

  @Test func theFourStatesHoldWhatTheirNamesSay() throws {
    for cold in [TaskSplitting.Cold.user, .item, .both, .none] {
      var splitting = TaskSplitting()
      splitting.cold = cold
      splitting.test = .share(0.3)
      splitting.query = .count(2)
      splitting.min = 3
      let split = try splitting.split(sample, key: key)
      let known = Set((split.train + split.valid).map(\.user))
      let newUsers = cold == .user || cold == .both
      #expect(known.isDisjoint(with: split.test.map(\.user)) == newUsers, "\(cold)")
      let newItems = cold == .item || cold == .both
      let trained = items(split.train + split.valid)
      #expect(trained.isDisjoint(with: items(split.test)) == newItems, "\(cold)")
      #expect(split.leaks(in: sample.interactions).isClean)
      #expect(!split.test.isEmpty)
    }
  }

  @Test func itemsAndCategoriesAreInOnePartOnly() throws {
    var splitting = TaskSplitting()
    splitting.by = .item
    splitting.query = .count(2)
    splitting.min = 3
    let byItem = try splitting.split(sample, key: key)
    #expect(items(byItem.train).isDisjoint(with: items(byItem.test)))
    #expect(items(byItem.train).isDisjoint(with: items(byItem.valid)))
    splitting.by = .category
    splitting.feature = "category"
    splitting.test = .values(["plush", "science"])
    let byCategory = try splitting.split(sample, key: key)
    let names = categoryNames(sample.items, "category")
    #expect(Set(items(byCategory.test).map { names[Int($0)][0] }) == ["plush", "science"])
    #expect(!items(byCategory.train + byCategory.valid).contains { names[Int($0)][0] == "plush" })
    splitting.test = .values(["plus"])
    let error = #expect(throws: DatasetError.self) { try splitting.split(sample, key: key) }
    #expect(error?.suggestions == ["plush"])
    splitting.feature = "genre"
    #expect(throws: DatasetError.self) { try splitting.split(sample, key: key) }
  }

  @Test func groupsOfUsersAreInOnePartOnly() throws {
    var splitting = TaskSplitting()
    splitting.by = .group
    splitting.feature = "region"
    splitting.test = .values(["islands"])
    let split = try splitting.split(sample, key: key)
    let regions = categoryNames(sample.users, "region")
    #expect(split.test.allSatisfy { regions[Int($0.user)] == ["islands"] })
    #expect(!(split.train + split.valid).contains { regions[Int($0.user)] == ["islands"] })
    #expect(split.leaks(in: sample.interactions).sharedUsers == 0)
  }

  @Test func timeNeverRunsBackwards() throws {
    var splitting = TaskSplitting()
    splitting.by = .time
    splitting.order = .time
    splitting.query = .count(2)
    splitting.min = 3
    splitting.test = .share(0.3)
    let split = try splitting.split(sample, key: key)
    let times = sample.interactions.times
    func all(_ tasks: [UserTask]) -> [Int64] {
      tasks.flatMap { ($0.support + $0.query).map { times[Int($0)] } }
    }
    #expect(all(split.train).max() ?? 0 < all(split.valid).min() ?? 0)
    #expect(all(split.valid).max() ?? 0 < all(split.test).min() ?? 0)
    #expect(split.leaks(in: sample.interactions).rowsFromBefore == 0)
    var timeless = sample
    timeless.interactions.times = []
    #expect(throws: DatasetError.self) { try splitting.split(timeless, key: key) }
  }

  @Test func foldsTestEveryUserOnce() throws {
    var tested: [Int32] = []
    for fold in 1...7 {
      var splitting = TaskSplitting()
      splitting.folds = 7
      splitting.fold = fold
      let split = try splitting.split(sample, key: key)
      tested += split.test.map(\.user)
      #expect(split.train.count + split.valid.count + split.test.count == 600)
      #expect(split.leaks(in: sample.interactions).isClean)
    }
    #expect(tested.sorted() == (0..<600).map { Int32($0) })
  }

  @Test func sharesOfRatingsBecomeSupportAndQuery() throws {
    var splitting = TaskSplitting()
    splitting.support = .share(0.75)
    splitting.query = .rest
    for task in try splitting.split(sample, key: key).train {
      let total = task.support.count + task.query.count
      #expect(task.support.count == Int((Double(total) * 0.75).rounded()))
      #expect(total == sample.rowsByUser()[Int(task.user)].count)
    }
    splitting.support = .rest
    #expect(throws: DatasetError.self) { try splitting.split(sample, key: key) }
  }

  @Test func theLeakCheckerFindsPlantedLeaks() throws {
    var split = try TaskSplitting().split(sample, key: key)
    #expect(split.leaks(in: sample.interactions).isClean)
    let stolen = split.test[0].query[0]
    split.train[0].support.append(stolen)
    #expect(split.leaks(in: sample.interactions).sharedRows == 1)
    #expect(split.leaks(in: sample.interactions).repeatedPairs == 1)
    // The same rating once more in the data, as a row of its own.
    var data = sample
    let first = split.test[1].query[0]
    data.interactions.users.append(data.interactions.users[Int(first)])
    data.interactions.items.append(data.interactions.items[Int(first)])
    data.interactions.ratings.append(3)
    data.interactions.times.append(0)
    split = try TaskSplitting().split(sample, key: key)
    split.test[1].support.append(Int32(data.interactions.count - 1))
    #expect(split.leaks(in: data.interactions).repeatedPairs == 1)
  }
}

@Suite struct OtherPartsTests {
  /// The sample with a state for each rating: a quarter of the users and of the items are new.
  private static let states: Dataset = {
    var data = sample
    let rows = data.interactions
    data.interactions.columns["state"] = CategoricalColumn(
      vocabulary: Vocabulary(["warm", "user-cold", "item-cold", "both-cold"]),
      codes: (0..<rows.count).map { row in
        (rows.users[row] % 4 == 0 ? 1 : 0) + (rows.items[row] % 4 == 0 ? 2 : 0)
      })
    return data
  }()

  private func splitting(test: String, others: [String]) -> TaskSplitting {
    var splitting = TaskSplitting()
    splitting.from = "state"
    splitting.train = ["warm"]
    splitting.test = .values([test])
    splitting.others = others
    splitting.query = .count(2)
    return splitting
  }

  @Test func otherTestPartsKeepTheTraining() throws {
    let one = try splitting(test: "user-cold", others: ["item-cold", "both-cold"])
      .split(Self.states, key: key)
    let two = try splitting(test: "item-cold", others: []).split(Self.states, key: key)
    #expect(one.fingerprint == two.fingerprint)
    #expect(one.others.map(\.name) == ["item-cold", "both-cold"])
    #expect(one.others[0].tasks == two.test)
    let isNewItem = one.others[0].tasks.flatMap { $0.support + $0.query }
      .allSatisfy { Self.states.interactions.items[Int($0)] % 4 == 0 }
    #expect(isNewItem)
  }

  @Test func otherPartsNeedAColumn() {
    var splitting = TaskSplitting()
    splitting.others = ["item-cold"]
    #expect(throws: DatasetError.self) { try splitting.split(sample, key: key) }
  }
}

@Suite struct SampleDataTests {
  @Test func itIsAsLargeAsItSays() {
    #expect(sample.users.count == 600)
    #expect(sample.items.count == 300)
    let counts = sample.rowsByUser().map(\.count)
    #expect(counts.min() ?? 0 >= 20)
    #expect(counts.max() ?? 99 <= 60)
    #expect(Set(sample.items.titles).count == 300)
    #expect(sample.users.ids["42"] == 41)
  }

  @Test func nobodyRatesAToyTwice() {
    let pairs = zip(sample.interactions.users, sample.interactions.items).map { [$0, $1] }
    #expect(Set(pairs).count == pairs.count)
  }

  @Test func ownTastesExplainWhatAveragesCannot() {
    // Error of the item means against that of each user's mean over the same category.
    var sums = [Float](repeating: 0, count: 300)
    var counts = [Float](repeating: 0, count: 300)
    let rows = sample.interactions
    for row in 0..<rows.count {
      sums[Int(rows.items[row])] += rows.ratings[row]
      counts[Int(rows.items[row])] += 1
    }
    var residuals = [Float](repeating: 0, count: rows.count)
    for row in 0..<rows.count {
      let item = Int(rows.items[row])
      residuals[row] = rows.ratings[row] - sums[item] / counts[item]
    }
    guard case .categories(_, _, let categories)? = sample.items.features.first?.values else {
      Issue.record("the first item feature is the category")
      return
    }
    var plain: Float = 0
    var personal: Float = 0
    for group in sample.rowsByUser() {
      for row in group {
        let category = categories[Int(rows.items[Int(row)])]
        let others = group.filter {
          $0 != row && categories[Int(rows.items[Int($0)])] == category
        }
        let total = others.reduce(Float(0)) { $0 + residuals[Int($1)] }
        let guess = total / (Float(others.count) + 1)
        plain += residuals[Int(row)] * residuals[Int(row)]
        personal += (residuals[Int(row)] - guess) * (residuals[Int(row)] - guess)
      }
    }
    #expect(personal < 0.75 * plain, "\(personal / plain)")
  }
}
