import Kernels
import Language

/// Which categories of a feature each part has.
package struct DealtCategories: Sendable, Equatable {
  package let feature: String
  private let names: [String]
  private let parts: [TaskSplit.Part?]

  init(_ feature: String, _ names: [String], _ parts: [TaskSplit.Part?]) {
    self.feature = feature
    self.names = names
    self.parts = parts
  }

  package subscript(part: TaskSplit.Part) -> [String] {
    zip(names, parts).compactMap { $1 == part ? $0 : nil }
  }

  /// Without the others that might be trained on.
  func training(on wanted: [String]) -> DealtCategories {
    DealtCategories(
      feature, names,
      zip(names, parts).map { $1 == .train && !wanted.contains($0) ? nil : $1 })
  }
}

/// The rows that each part may use.
struct RowDivision {
  var train: [Int32]
  /// Nil where users of the training part are to be put aside.
  var valid: [Int32]?
  var test: [Int32]
  /// What was dealt out, where it was categories.
  var dealt: DealtCategories?

  init(train: [Int32] = [], valid: [Int32]? = nil, test: [Int32] = []) {
    self.train = train
    self.valid = valid
    self.test = test
  }

  /// Deals rows by a rule; rows without a part are left out.
  init(_ count: Int, _ part: (Int) -> TaskSplit.Part?) {
    var valid: [Int32] = []
    var train: [Int32] = []
    var test: [Int32] = []
    for row in (0..<count).whileWanted() {
      switch part(row) {
      case .train?: train.append(Int32(row))
      case .valid?: valid.append(Int32(row))
      case .test?: test.append(Int32(row))
      case nil: break
      }
    }
    self.init(train: train, valid: valid, test: test)
  }
}

extension TaskSplitting {
  /// The rows of each part, or nil where users are dealt out.
  func division(of data: Dataset, key: RandomKey) throws(DatasetError) -> RowDivision? {
    if let from { return try byColumn(from, of: data) }
    if let cold { return byState(cold.seen(by: of), of: data, key: key) }
    switch dealing {
    case .user, .rating: return nil
    case .item: return byItems(of: data, key: key)
    case .category: return try byFeature(of: data.items, data.interactions.items, "items", key)
    case .domain: return try byDomain(of: data, key: key)
    case .group: return try byFeature(of: data.users, data.interactions.users, "users", key)
    case .time: return byTime(of: data.interactions.times)
    }
  }

  private func byColumn(_ name: String, of data: Dataset) throws(DatasetError) -> RowDivision {
    let column = try data.interactions.column(name, argument: "from")
    guard case .values(let tested) = test else {
      throw DatasetError(
        "with from=\(name), test must say which value of `\(name)` to test on",
        help: ["values: " + column.vocabulary.names.prefix(12).joined(separator: ", ")],
        code: "E0521")
    }
    var division = RowDivision(train: try rows(train.isEmpty ? ["train"] : train, column, name))
    division.test = try rows(tested, column, name)
    if case .values(let values) = valid { division.valid = try rows(values, column, name) }
    return division
  }

  /// The rows with one of these values.
  private func rows(
    _ values: [String], _ column: CategoricalColumn, _ name: String
  ) throws(DatasetError) -> [Int32] {
    var wanted = Set<Int32>()
    for value in values {
      wanted.insert(Int32(try number(of: value, in: column.vocabulary, of: "column `\(name)`")))
    }
    return column.codes.indices.whileWanted()
      .filter { wanted.contains(column.codes[$0]) }.map { Int32($0) }
  }

  /// The test tasks of further values of the `from=` column, each value a part of its own.
  func otherParts(of data: Dataset, key: RandomKey) throws(DatasetError) -> [TaskSplit.NamedPart] {
    var parts: [TaskSplit.NamedPart] = []
    for (name, rows) in try otherRows(of: data) {
      let tasks = try tasks(of: data, rows: rows, key: key, part: "test")
      parts.append(TaskSplit.NamedPart(name: name, tasks: tasks))
    }
    return parts
  }

  /// The rows of those parts.
  func otherRows(of data: Dataset) throws(DatasetError) -> [(name: String, rows: [Int32])] {
    var parts: [(name: String, rows: [Int32])] = []
    for value in others {
      guard let from, let column = data.interactions.columns[from] else {
        throw DatasetError(
          "others= names values of a column, and from= does not say of which",
          help: ["name the column: from=…"], code: "E0520")
      }
      parts.append((value, try rows([value], column, from)))
    }
    return parts
  }

  private func number(
    of value: String, in vocabulary: Vocabulary, of place: String
  ) throws(DatasetError) -> Int {
    if let number = vocabulary[value] { return number }
    throw DatasetError(
      "\(place) has no value `\(value)`",
      help: ["values: " + vocabulary.names.prefix(12).joined(separator: ", ")],
      suggestions: suggestions(for: value, among: vocabulary.names.prefix(1000)),
      argument: value, code: "E0521")
  }

  /// New users are the test share of users; new items, of items.
  private func byState(_ cold: Cold, of data: Dataset, key: RandomKey) -> RowDivision {
    let newUsers = drawn(test, of: data.users.count, key.derived("new users"))
    let newItems = data.onRatedItems(false) { drawn(self.test, of: $0, key.derived("new items")) }
    let rows = data.interactions
    var known: [Int32] = []
    var test: [Int32] = []
    for row in (0..<rows.count).whileWanted() {
      let state = (newUsers[Int(rows.users[row])], newItems[Int(rows.items[row])])
      if state == (false, false) { known.append(Int32(row)) }
      let wanted =
        switch cold {
        case .user: (true, false)
        case .item: (false, true)
        case .both: (true, true)
        case .none: (false, false)
        }
      if state == wanted, cold != .none { test.append(Int32(row)) }
    }
    if cold == .none {
      // Known users and items: other ratings of the same users.
      let share = drawn(self.test, of: known.count, key.derived("new ratings"))
      test = known.indices.filter { share[$0] }.map { known[$0] }
      known = known.indices.filter { !share[$0] }.map { known[$0] }
    }
    return RowDivision(train: known, test: test)
  }

  private func byItems(of data: Dataset, key: RandomKey) -> RowDivision {
    let parts = data.onRatedItems(.train) { dealt($0, key.derived("items")) }
    let items = data.interactions.items
    return RowDivision(items.count) { parts[Int(items[$0])] }
  }

  /// Deals out the categories of a feature. An entity with a test category is the test part's even
  /// when it has others, too.
  private func byFeature(
    of entities: Entities, _ column: [Int32], _ noun: String, _ key: RandomKey
  ) throws(DatasetError) -> RowDivision {
    let (name, vocabulary, offsets, codes) = try categorical(of: entities, noun)
    var parts = [TaskSplit.Part](repeating: .train, count: vocabulary.count)
    var named = false
    for (part, size) in [(TaskSplit.Part.valid, valid), (.test, test)] {
      guard case .values(let values) = size else { continue }
      named = true
      for value in values {
        do throws(DatasetError) {
          parts[try number(of: value, in: vocabulary, of: "`\(name)`")] = part
        } catch {
          throw with(entities.hints(at: value), error)
        }
      }
    }
    let drawsValid = if case .values = valid { false } else { true }
    let isAbsent = categoriesWithoutRatings(vocabulary.count, offsets, codes, column)
    if !named {
      let present = parts.indices.filter { !isAbsent[$0] }
      for (place, part) in self.dealt(present.count, key.derived(name)).enumerated() {
        parts[present[place]] = part
      }
    }
    let dealt = DealtCategories(
      name, vocabulary.names,
      zip(parts, isAbsent).map { part, isAbsent in isAbsent && part == .train ? nil : part })
    guard !dealt[.train].isEmpty else { throw nothingToTrainOn(dealt, vocabulary.names) }
    let entityParts = (0..<entities.count).map { entity -> TaskSplit.Part in
      let own = codes[Int(offsets[entity])..<Int(offsets[entity + 1])].map { parts[Int($0)] }
      return own.contains(.test) ? .test : own.contains(.valid) ? .valid : .train
    }
    var division = RowDivision(column.count) { entityParts[Int(column[$0])] }
    if named, drawsValid { division.valid = nil }
    division.dealt = dealt
    return division
  }

  /// For each category whether it occurs among entities without ratings only: how many such there are shall not
  /// change how the others are dealt out.
  private func categoriesWithoutRatings(
    _ count: Int, _ offsets: [Int32], _ codes: [Int32], _ column: [Int32]
  ) -> [Bool] {
    var isRated = [Bool](repeating: false, count: offsets.count - 1)
    for entity in column { isRated[Int(entity)] = true }
    guard isRated.contains(false) else { return [Bool](repeating: false, count: count) }
    var occurs = [Bool](repeating: false, count: count)
    var occursRated = occurs
    for entity in isRated.indices {
      for place in Int(offsets[entity])..<Int(offsets[entity + 1]) {
        occurs[Int(codes[place])] = true
        if isRated[entity] { occursRated[Int(codes[place])] = true }
      }
    }
    return zip(occurs, occursRated).map { $0 && !$1 }
  }

  private func with(_ help: [String], _ error: DatasetError) -> DatasetError {
    var error = error
    error.help = help + error.help
    return error
  }

  /// Why the categories cannot be dealt out.
  private func nothingToTrainOn(_ dealt: DealtCategories, _ values: [String]) -> DatasetError {
    let (valid, test) = (dealt[.valid], dealt[.test])
    return DatasetError(
      "`\(dealt.feature)` has \(counted(values.count, "value")); \(test.count) for the test and "
        + "\(valid.count) for validation leave none to train on",
      help: [
        "name what to test on, and validation users are drawn from the others: test=\(values[0])",
        "or deal out another feature: feature=…",
      ], argument: feature == nil ? "by" : "feature", code: "E0520")
  }

  /// Trains on some data sets and tests on another one.
  private func byDomain(of data: Dataset, key: RandomKey) throws(DatasetError) -> RowDivision {
    guard data.domains.count > 1 else {
      throw DatasetError(
        "by=domain needs two data sets side by side",
        help: ["load each with a name of its own: load csv \"films.csv\" as=films"], code: "E0520")
    }
    guard case .values = test else {
      throw DatasetError(
        "with by=domain, test must say which data set to test on",
        help: ["test=\(data.domains[data.domains.count - 1])"], code: "E0520")
    }
    var own = self
    own.feature = Dataset.domainFeature
    var division = try own.byFeature(of: data.items, data.interactions.items, "items", key)
    guard !train.isEmpty else { return division }
    var isTrained = [Bool](repeating: false, count: data.items.count)
    for domain in train {
      let vocabulary = Vocabulary(data.domains)
      _ = try number(of: domain, in: vocabulary, of: "`\(Dataset.domainFeature)`")
      for (item, isOwn) in data.items(of: domain).enumerated() where isOwn {
        isTrained[item] = true
      }
    }
    division.train = division.train.filter { isTrained[Int(data.interactions.items[Int($0)])] }
    division.dealt = division.dealt?.training(on: train)
    return division
  }

  private func categorical(
    of entities: Entities, _ noun: String
  ) throws(DatasetError) -> (String, Vocabulary, [Int32], [Int32]) {
    var known: [String] = []
    var isNumber = false
    for candidate in entities.features {
      isNumber = isNumber || candidate.name == feature
      guard case .categories(let vocabulary, let offsets, let codes) = candidate.values else {
        continue
      }
      if feature == nil || feature == candidate.name {
        return (candidate.name, vocabulary, offsets, codes)
      }
      known.append(candidate.name)
    }
    throw DatasetError(
      feature.map {
        isNumber
          ? "`\($0)` of the \(noun) is a number, and by=\((by ?? dealing).rawValue) deals out categories"
          : "the \(noun) have no categories `\($0)`"
      }
        ?? "the \(noun) have no categories to deal out",
      help: known.isEmpty ? [] : ["features with categories: " + known.joined(separator: ", ")],
      suggestions: feature.map { suggestions(for: $0, among: known) } ?? [],
      argument: feature == nil ? "by" : "feature", code: "E0521")
  }

  /// The oldest rows are trained on, the newest are the test part.
  private func byTime(of times: [Int64]) -> RowDivision {
    let sorted = times.sortedWhileWanted()
    let testCount = test.count(of: sorted.count)
    let validCount = valid.count(of: sorted.count)
    func bound(_ rows: Int) -> Int64 {
      rows <= 0 ? Int64.max : sorted[Swift.max(0, sorted.count - rows)]
    }
    let testFrom = bound(testCount)
    let validFrom = bound(testCount + validCount)
    var division = RowDivision(times.count) { row in
      times[row] >= testFrom ? .test : times[row] >= validFrom ? .valid : .train
    }
    if validCount == 0 { division.valid = nil }
    return division
  }

  /// A part for each of `count` things.
  func dealt(_ count: Int, _ key: RandomKey) -> [TaskSplit.Part] {
    var chance = key.stream
    var parts = [TaskSplit.Part](repeating: .train, count: count)
    let testCount = Swift.min(test.count(of: count), count)
    for (place, index) in chance.shuffled(Array(0..<count)).enumerated() {
      if place < testCount {
        parts[index] = .test
      } else if place < testCount + valid.count(of: count) {
        parts[index] = .valid
      }
    }
    return parts
  }

  /// Which of `count` things are drawn.
  func drawn(_ size: PartSize, of count: Int, _ key: RandomKey) -> [Bool] {
    var chance = key.stream
    var flags = [Bool](repeating: false, count: count)
    for index in chance.shuffled(Array(0..<count)).prefix(size.count(of: count)) {
      flags[index] = true
    }
    return flags
  }
}

extension Entities {
  /// Which features have that category.
  fileprivate func hints(at category: String) -> [String] {
    features.compactMap { feature in
      guard case .categories(let vocabulary, _, _) = feature.values, vocabulary[category] != nil
      else { return nil }
      return "`\(feature.name)` has it: feature=\(feature.name)"
    }
  }
}
