import Kernels

/// How ratings become tasks, and tasks become parts.
package struct TaskSplitting: Sendable {
  package var support = SupportSize.rest
  /// The ratings of each task that are kept to be judged on.
  package var query = 10
  /// The fewest and the most ratings of a user who becomes a task.
  package var min: Int?
  package var max: Int?
  /// A column that says for each row which part it is for.
  package var from: String?
  /// The value of that column whose rows are trained on.
  package var train: String?
  package var valid = PartSize.share(0.1)
  package var test = PartSize.share(0.1)

  package init() {}

  /// The fewest ratings a user needs.
  package var leastRatings: Int { Swift.max(min ?? query + 3, query + support.least) }

  /// The tasks of the data, in parts; chance derives from `key` and the users' ids only, so that
  /// neither the order of the rows of others nor other users change a user's task.
  package func split(_ data: Dataset, key: RandomKey) throws(DatasetError) -> TaskSplit {
    let (train, valid, test) =
      if let from {
        try byColumn(from, of: data, key: key)
      } else {
        try byUsers(of: data, key: key)
      }
    return TaskSplit(
      train: train, valid: valid, test: test, recipe: recipe,
      fingerprint: data.fingerprint(with: [train, valid, test]))
  }

  /// The options in one line.
  private var recipe: String {
    var words = ["by=user", "support=\(support.argumentText)", "query=\(query)"]
    words.append("min=\(leastRatings)")
    if let max { words.append("max=\(max)") }
    if let from { words.append("from=\(from)") }
    if let train { words.append("train=\(train)") }
    words.append("valid=\(valid.argumentText)")
    words.append("test=\(test.argumentText)")
    return words.joined(separator: " ")
  }

  private typealias Parts = (train: [UserTask], valid: [UserTask], test: [UserTask])

  private func byUsers(of data: Dataset, key: RandomKey) throws(DatasetError) -> Parts {
    for (option, size) in [("valid", valid), ("test", test)] {
      if case .state(let state) = size {
        throw DatasetError(
          "\(option)=\(state) names a value of a column, and no column is given",
          help: ["say which: from=…"], code: "E0520")
      }
    }
    let tasks = try tasks(of: data, rows: nil, key: key, part: "")
    let testCount = test.count(of: tasks.count)
    let validCount = valid.count(of: tasks.count)
    guard testCount + validCount < tasks.count else {
      throw DatasetError(
        "\(tasks.count) users have enough ratings; \(validCount) for validation and \(testCount) "
          + "for the test leave none to train on", help: ["try smaller shares: valid=10% test=10%"],
        code: "E0520")
    }
    var chance = key.derived("parts").stream
    let shuffled = chance.shuffled(tasks)
    return (
      inOrder(shuffled[(testCount + validCount)...]),
      inOrder(shuffled[testCount..<testCount + validCount]), inOrder(shuffled[..<testCount])
    )
  }

  private func byColumn(
    _ name: String, of data: Dataset, key: RandomKey
  ) throws(DatasetError) -> Parts {
    guard let column = data.interactions.columns[name] else {
      let known = data.interactions.columns.keys.sorted()
      throw DatasetError(
        "the data have no column `\(name)`",
        help: ["columns: " + (known.isEmpty ? "none" : known.joined(separator: ", "))],
        code: "E0521")
    }
    guard case .state(let testState) = test else {
      throw DatasetError(
        "with from=\(name), test must say which value of `\(name)` to test on",
        help: ["values: " + column.vocabulary.names.prefix(12).joined(separator: ", ")],
        code: "E0521")
    }
    let trainTasks = try tasks(
      of: data, rows: column.rows(of: train ?? "train", name: name), key: key, part: "train")
    let testTasks = try tasks(
      of: data, rows: column.rows(of: testState, name: name), key: key, part: "test")
    if case .state(let state) = valid {
      return (
        trainTasks,
        try tasks(of: data, rows: column.rows(of: state, name: name), key: key, part: "valid"),
        testTasks
      )
    }
    let count = valid.count(of: trainTasks.count)
    guard count < trainTasks.count else {
      throw DatasetError(
        "\(trainTasks.count) users can be trained on; \(count) for validation leave none",
        help: ["try a smaller share: valid=10%"], code: "E0520")
    }
    var chance = key.derived("parts").stream
    let shuffled = chance.shuffled(trainTasks)
    return (inOrder(shuffled[count...]), inOrder(shuffled[..<count]), testTasks)
  }

  private func inOrder(_ tasks: ArraySlice<UserTask>) -> [UserTask] {
    tasks.sorted { $0.user < $1.user }
  }

  /// One task for each user with enough of these rows, in the order of users.
  private func tasks(
    of data: Dataset, rows: [Int32]?, key: RandomKey, part: String
  ) throws(DatasetError) -> [UserTask] {
    let groups = data.rowsByUser(among: rows)
    let least = leastRatings
    let most = max ?? Int.max
    var tasks: [UserTask] = []
    for (user, group) in groups.enumerated() where group.count >= least && group.count <= most {
      var chance = key.derived("task" + part).derived(data.users.ids.names[user]).stream
      let shuffled = chance.shuffled(group)
      let given =
        switch support {
        case .rest: shuffled.count - query
        case .count(let count): count
        }
      tasks.append(
        UserTask(
          user: Int32(user), support: Array(shuffled[query..<query + given]),
          query: Array(shuffled[..<query])))
    }
    if tasks.isEmpty { throw nobody(groups.map(\.count), part: part) }
    return tasks
  }

  /// Why no user is left.
  private func nobody(_ counts: [Int], part: String) -> DatasetError {
    let rated = counts.filter { $0 > 0 }
    let most = rated.max() ?? 0
    let fewest = rated.min() ?? 0
    let place = part.isEmpty ? "" : " among the \(part) rows"
    let range = max.map { "\(leastRatings) to \($0)" } ?? "\(leastRatings) or more"
    var help = ["they have \(fewest) to \(most) ratings each"]
    if most < leastRatings {
      help.append("a user needs query + support ratings: try query=\(Swift.max(1, most / 2 - 1))")
      if let min, min > query + support.least { help.append("or a smaller min=") }
    } else {
      help.append("try a larger max=")
    }
    return DatasetError("no user has \(range) ratings\(place)", help: help, code: "E0520")
  }
}

extension CategoricalColumn {
  /// The rows with that value.
  func rows(of value: String, name: String) throws(DatasetError) -> [Int32] {
    guard let code = vocabulary[value] else {
      throw DatasetError(
        "no row has the value `\(value)` in column `\(name)`",
        help: ["values: " + vocabulary.names.prefix(12).joined(separator: ", ")], code: "E0521")
    }
    return codes.indices.lazy.filter { codes[$0] == Int32(code) }.map { Int32($0) }
  }
}

extension Dataset {
  /// The rows of each user, in the order of the file.
  package func rowsByUser(among rows: [Int32]? = nil) -> [[Int32]] {
    var groups = [[Int32]](repeating: [], count: users.count)
    if let rows {
      for row in rows { groups[Int(interactions.users[Int(row)])].append(row) }
    } else {
      for (row, user) in interactions.users.enumerated() { groups[Int(user)].append(Int32(row)) }
    }
    return groups
  }

  /// Equal for equal ratings and equal tasks.
  func fingerprint(with parts: [[UserTask]]) -> UInt64 {
    var words = [
      digest(interactions.users), digest(interactions.items), digest(interactions.ratings),
    ]
    for part in parts {
      words.append(UInt64(part.count))
      words.append(
        digest(part.flatMap { [$0.user, Int32($0.support.count)] + $0.support + $0.query }))
    }
    return digest(words)
  }
}
