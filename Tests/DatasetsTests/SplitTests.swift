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
      #expect((task.support + task.query).sorted() == rows[Int(task.user)])
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
    splitting.query = 4
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
    splitting.train = "warm"
    splitting.test = .state("cold")
    splitting.query = 3
    let split = try splitting.split(data, key: key)
    for task in split.train + split.valid {
      #expect((task.support + task.query).allSatisfy { states[Int($0)] == "warm" })
    }
    for task in split.test {
      #expect((task.support + task.query).allSatisfy { states[Int($0)] == "cold" })
    }
    #expect(Set(split.train.map(\.user)).isDisjoint(with: split.valid.map(\.user)))
    splitting.test = .state("colt")
    #expect(throws: DatasetError.self) { try splitting.split(data, key: key) }
    splitting.from = "stat"
    #expect(throws: DatasetError.self) { try splitting.split(data, key: key) }
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
