import Datasets
import Kernels
import Testing

/// A data set of (user, item, rating, time).
private func dataset(_ rows: [(String, String, Float, Int64)]) -> Dataset {
  var users = Vocabulary()
  var items = Vocabulary()
  var table = Interactions()
  for (user, item, rating, time) in rows {
    table.users.append(Int32(users.insert(user)))
    table.items.append(Int32(items.insert(item)))
    table.ratings.append(rating)
    table.times.append(time)
  }
  table.columns["place"] = CategoricalColumn(
    vocabulary: Vocabulary(["home", "away"]), codes: rows.indices.map { Int32($0 % 2) })
  return Dataset(
    name: "t", users: Entities(ids: users), items: Entities(ids: items), interactions: table,
    scale: RatingScale(1, 5))
}

/// The cleaning with these options.
private func cleaning(_ change: (inout Cleaning) -> Void) -> Cleaning {
  var cleaning = Cleaning()
  change(&cleaning)
  return cleaning
}

@Suite struct CleaningTests {
  /// Users whose rows stand together are looked through in another way than those whose rows do not.
  @Test(
    arguments: [
      ([0, 0, 1, 1, 2], [0, 1, 0, 1, 0], 0), ([0, 0, 1, 1, 2], [0, 0, 0, 1, 0], 1),
      ([0, 1, 0, 1, 2], [0, 0, 1, 1, 0], 0), ([0, 1, 0, 1, 2], [0, 0, 0, 1, 0], 1),
      ([2, 2, 0, 1, 1], [3, 1, 1, 0, 0], 1), ([0, 1, 2, 0], [1, 1, 1, 1], 1),
    ] as [([Int32], [Int32], Int)])
  func repeatsAreFoundInAnyOrder(users: [Int32], items: [Int32], repeats: Int) {
    let table = Interactions(
      users: users, items: items, ratings: users.map { _ in 1 }, times: [])
    #expect(table.repeats.rows == repeats)
  }

  /// Many rows are looked through in parts, which end between users.
  @Test func oneRepeatAmongManyRowsIsFoundWhereverItStands() {
    let users = (0..<4000).map { row -> Int32 in row < 1000 ? 0 : Int32(row / 20 - 49) }
    let items = (0..<4000).map { row -> Int32 in Int32(row < 1000 ? 20 + row % 20 : row % 20) }
    func repeats(_ items: [Int32], _ users: [Int32]) -> Int {
      Interactions(users: users, items: items, ratings: users.map { _ in 1 }, times: []).repeats
        .rows
    }
    let tail = (Array(users[1000...]), Array(items[1000...]))
    #expect(repeats(tail.1, tail.0) == 0)
    for row in stride(from: 1, to: 3000, by: 7) where row % 20 > 0 {
      var own = tail.1
      own[row] = own[row - 1]
      #expect(repeats(own, tail.0) == 1, "\(row)")
    }
    #expect(repeats(items, users) == 980)
    #expect(repeats(items, Array(users.reversed())) == 980)
  }

  private let repeated = dataset([
    ("a", "x", 1, 30), ("a", "x", 5, 10), ("b", "x", 2, 5), ("a", "x", 3, 20), ("a", "y", 4, 1),
  ])

  @Test func repeatsAreCounted() {
    var found = RepeatedPairs(hasTimes: true)
    (found.rows, found.pairs, found.differing) = (2, 1, 1)
    #expect(repeated.interactions.repeats == found)
    #expect(
      dataset([("a", "x", 1, 1), ("b", "x", 1, 1)]).interactions.repeats
        == RepeatedPairs(hasTimes: true))
    #expect(Interactions().repeats == RepeatedPairs(hasTimes: false))
  }

  @Test func pairsWithDifferentRatingsAndWithEqualTimesAreCountedApart() {
    let data = dataset([
      ("a", "x", 1, 3), ("a", "x", 1, 3), ("b", "x", 2, 5), ("b", "x", 4, 5), ("c", "x", 1, 9),
      ("c", "x", 2, 9), ("c", "x", 2, 10), ("d", "y", 1, 1),
    ])
    var found = RepeatedPairs(hasTimes: true)
    (found.rows, found.pairs, found.differing, found.tied) = (4, 3, 2, 2)
    #expect(data.interactions.repeats == found)
    var timeless = data.interactions
    timeless.times = []
    (found.hasTimes, found.tied) = (false, 0)
    #expect(timeless.repeats == found)
  }

  @Test func oneOfSeveralRatingsIsKept() throws {
    for (rule, rating) in [(Cleaning.Duplicates.first, Float(5)), (.last, 1), (.mean, 3)] {
      let (data, changes) = try cleaning { $0.duplicates = rule }.cleaned(repeated)
      #expect(changes.map(\.count) == [2])
      #expect(data.interactions.count == 3)
      let rows = (0..<3).filter {
        data.interactions.users[$0] == 0 && data.interactions.items[$0] == 0
      }
      #expect(rows.map { data.interactions.ratings[$0] } == [rating])
    }
  }

  @Test func aSampleIsDrawnByItsKey() throws {
    let data = SampleData().load(from: MemoryFiles([String: String]()))
    func rows(_ seed: UInt64, _ share: Double = 0.1) throws -> Interactions {
      try cleaning { $0.sample = share }.cleaned(data, key: RandomKey(seed: seed)).0.interactions
    }
    let (one, again, other) = try (rows(1), rows(1), rows(2))
    #expect(abs(Double(one.count) / Double(data.interactions.count) - 0.1) < 0.01)
    #expect(one.ratings == again.ratings && one.items == again.items)
    #expect(one.ratings != other.ratings)
    #expect(throws: DatasetError.self) { try rows(1, 0) }
  }

  @Test func theCoreHasEnoughRatingsOfAll() throws {
    let (data, _) = try cleaning { $0.core = 5 }.cleaned(
      SampleData().load(from: MemoryFiles([String: String]())))
    for (numbers, count) in [
      (data.interactions.users, data.users.count), (data.interactions.items, data.items.count),
    ] {
      var counts = [Int](repeating: 0, count: count)
      for number in numbers { counts[Int(number)] += 1 }
      #expect(counts.min() ?? 0 >= 5)
    }
    #expect(throws: DatasetError.self) { try cleaning { $0.core = 4 }.cleaned(repeated) }
  }

  @Test func entitiesWithoutRatingsGoWithTheirFeatures() {
    var data = repeated
    data.items.titles = ["X", "Y"]
    data.items.features = [
      Feature("price", .numbers([1, 2])),
      Feature(
        "tags", .categories(Vocabulary(["p", "q"]), offsets: [0, 2, 3], codes: [0, 1, 1])),
    ]
    let rest = data.keeping(rows: [4])
    #expect(rest.users.ids.names == ["a"])
    #expect(rest.items.titles == ["Y"])
    #expect(numbers(rest.items, "price") == [2])
    #expect(categoryNames(rest.items, "tags") == [["q"]])
    #expect(rest.interactions.items == [0])
    #expect(rest.interactions.columns["place"]?.codes == [0])
  }

  /// Users a to t with ratings of items i0 to i5; some ratings are far out.
  private func screened(_ wild: [(user: Int, item: Int, rating: Float)]) throws -> Dataset {
    let rows = (0..<20).flatMap { user in
      (0..<6).map { item in
        let found = wild.first { $0.user == user && $0.item == item }?.rating
        return ("u\(user)", "i\(item)", found ?? 3 + Float((user + item) % 3), Int64(item))
      }
    }
    let (cleaned, changes) = try cleaning { $0.outliers = .iqr }.cleaned(dataset(rows))
    // Nothing is known before there are training tasks.
    #expect(cleaned.interactions.count == 120 && changes.map(\.count) == [120])
    return cleaned
  }

  private var splitting: TaskSplitting {
    var splitting = TaskSplitting()
    splitting.query = .count(2)
    splitting.test = .share(0.3)
    return splitting
  }

  @Test func outliersAreFittedToTrainingTasksAlone() throws {
    let key = RandomKey(seed: 1)
    let plain = try splitting.split(screened([]), key: key)
    #expect(plain.screening?.count == 0)
    let tested = Int(try #require(plain.test.first).user)
    let trained = Int(try #require(plain.train.first).user)
    // Whatever test users rate, what is learnt from stays the same.
    let wild = try splitting.split(
      screened((0..<6).map { (tested, $0, Float(90 + $0)) }), key: key)
    #expect(wild.train == plain.train && wild.valid == plain.valid)
    #expect(wild.screening?.lowest == plain.screening?.lowest)
    #expect(wild.screening?.highest == plain.screening?.highest)
    // Nothing is left to adapt on, and so there is no task.
    #expect(!wild.test.contains { $0.user == Int32(tested) })
    let one = try splitting.split(screened([(trained, 0, 99)]), key: key)
    #expect(one.screening?.count == 1)
    let task = try #require(one.train.first { $0.user == Int32(trained) })
    #expect(!(task.support + task.query).contains(Int32(trained * 6)))
  }

  @Test func whatIsJudgedIsNotChosenByItsRating() throws {
    let key = RandomKey(seed: 1)
    let plain = try splitting.split(screened([]), key: key)
    let task = try #require(plain.test.first)
    let item = Int(task.query[0]) % 6
    let wild = try splitting.split(screened([(Int(task.user), item, 99)]), key: key)
    #expect(wild.test == plain.test)
    // The scale may be another one by then: what counts are the ratings that were screened.
    let (binary, _) = try screened([]).binarized(threshold: 4)
    #expect(try splitting.split(binary, key: key).screening?.count == 0)
  }

  @Test func unknownNumbersAreFilledOrTheirRatingsGo() throws {
    var data = repeated
    data.items.features = [Feature("price", .numbers([4, .nan]))]
    let (filled, changes) = try cleaning { $0.missing = .mean }.cleaned(data)
    // No mean is known before there are training tasks: the number stays open, and is marked.
    let price = try #require(filled.items.features.first { $0.name == "price" })
    #expect(price.fillsWithMean)
    #expect(changes.map(\.count) == [1])
    let (dropped, _) = try cleaning { $0.missing = .drop }.cleaned(data)
    #expect(dropped.items.ids.names == ["x"])
  }

  @Test func ratingsFromTheThresholdOnAreLikes() {
    let (data, positives) = repeated.binarized(threshold: 3)
    #expect(data.interactions.ratings == [0, 1, 0, 1, 1])
    #expect(positives == 3)
    #expect(data.scale == RatingScale(0, 1))
  }

  @Test func behavioursBecomeRatings() throws {
    let data = try repeated.weighted(by: "place", [("home", 1), ("away", 5)])
    #expect(data.interactions.ratings == [1, 5, 1, 5, 1])
    #expect(throws: DatasetError.self) { try repeated.weighted(by: "place", [("home", 1)]) }
    #expect(throws: DatasetError.self) { try repeated.weighted(by: "plaice", []) }
    #expect(throws: DatasetError.self) { try repeated.weighted(by: "place", [("hom", 1)]) }
  }
}
