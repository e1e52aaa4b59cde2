import Kernels
import Language

extension TaskSplitting {
  typealias Parts = (train: [UserTask], valid: [UserTask], test: [UserTask])

  /// Deals out the users: one task each of all ratings.
  func byUsers(of data: Dataset, key: RandomKey) throws(DatasetError) -> Parts {
    for (option, size) in [("valid", valid), ("test", test)] {
      if case .values(let values) = size {
        throw DatasetError(
          "\(option)=\(values[0]) names a value, and nothing says of what",
          help: ["name the column: from=…", "or deal out categories: by=category"], code: "E0520")
      }
    }
    let tasks = try tasks(of: data, rows: nil, key: key, part: "")
    var chance = key.derived("parts").stream
    let shuffled = chance.shuffled(tasks)
    let testRange =
      if let folds {
        shuffled.count * (fold - 1) / folds..<shuffled.count * fold / folds
      } else {
        0..<Swift.min(test.count(of: tasks.count), tasks.count)
      }
    let rest = Array(shuffled[..<testRange.lowerBound] + shuffled[testRange.upperBound...])
    let validCount = valid.count(of: folds == nil ? tasks.count : rest.count)
    guard validCount < rest.count, !testRange.isEmpty || test.count(of: tasks.count) == 0 else {
      throw DatasetError(
        "\(counted(tasks.count, "user has", "users have")) enough ratings; \(validCount) for validation and "
          + "\(testRange.count) for the test leave none to train on",
        help: ["try smaller shares: valid=10% test=10%"], code: "E0520")
    }
    return (
      inOrder(rest[validCount...]), inOrder(rest[..<validCount]), inOrder(shuffled[testRange])
    )
  }

  /// Tasks of rows that are dealt out already. Without validation rows, users of the training part
  /// are put aside for validation.
  func tasks(
    of rows: RowDivision, in data: Dataset, key: RandomKey
  ) throws(DatasetError) -> Parts {
    let train = try tasks(of: data, rows: rows.train, key: key, part: "train")
    let test = self.test.isNone ? [] : try tasks(of: data, rows: rows.test, key: key, part: "test")
    if let rows = rows.valid {
      let valid = valid.isNone ? [] : try tasks(of: data, rows: rows, key: key, part: "valid")
      return (train, valid, test)
    }
    let count = valid.count(of: train.count)
    guard count < train.count else {
      throw DatasetError(
        "\(counted(train.count, "user")) can be trained on; \(count) for validation leave none",
        help: ["try a smaller share: valid=10%"], code: "E0520")
    }
    var chance = key.derived("parts").stream
    let shuffled = chance.shuffled(train)
    return (inOrder(shuffled[count...]), inOrder(shuffled[..<count]), test)
  }

  private func inOrder(_ tasks: ArraySlice<UserTask>) -> [UserTask] {
    // Numbers are put in order in place of the tasks, which take long to move about.
    let places = zip(tasks.indices, tasks).map { place, task in
      UInt64(UInt32(bitPattern: task.user)) << 32 | UInt64(place)
    }
    return places.sortedWhileWanted().map { tasks[Int($0 & 0xFFFF_FFFF)] }
  }

  /// One task for each user with enough of these rows, in the order of users.
  func tasks(
    of data: Dataset, rows: [Int32]?, key: RandomKey, part: String
  ) throws(DatasetError) -> [UserTask] {
    let groups = data.rowsByUser(among: rows)
    let least = leastRatings
    let most = max ?? Int.max
    let taskKey = key.derived("task" + part)
    let places = try places(in: data)
    var tasks: [UserTask] = []
    for (user, group) in groups.enumerated().whileWanted(asking: 0x40)
    where group.count >= least && group.count <= most {
      let ordered = ordered(
        group, places, taskKey.derived(data.users.ids.names[user]), newestFirst: true)
      let queryCount =
        asked.count(of: group.count) ?? group.count - (support.count(of: group.count) ?? 0)
      let supportCount = Swift.min(
        support.count(of: group.count) ?? group.count - queryCount, group.count - queryCount)
      guard queryCount > 0, supportCount >= 0 else { continue }
      tasks.append(
        UserTask(
          user: Int32(user), support: Array(ordered[queryCount..<queryCount + supportCount]),
          query: Array(ordered[..<queryCount]),
          spare: Array(ordered[(queryCount + supportCount)...])))
    }
    if tasks.isEmpty { throw nobody(groups.map(\.count), part: part, remedy: nil) }
    return tasks
  }
}

extension Dataset {
  /// The rows of each user, in the order of the file.
  package func rowsByUser(among rows: [Int32]? = nil) -> [[Int32]] {
    var groups = [[Int32]](repeating: [], count: users.count)
    if let rows {
      for row in rows.whileWanted() { groups[Int(interactions.users[Int(row)])].append(row) }
    } else {
      for (row, user) in interactions.users.enumerated().whileWanted() {
        groups[Int(user)].append(Int32(row))
      }
    }
    return groups
  }

  /// Equal for equal ratings and equal tasks of the parts.
  func fingerprint(with parts: [[UserTask]]) -> UInt64 {
    var ratings = [
      digest(interactions.users), digest(interactions.items), digest(interactions.ratings),
    ]
    if feedback == .interactions { ratings.append(digest(interactions.counts) &+ 1) }
    return digest(ratings + parts.flatMap(words))
  }
}

extension TaskSplit {
  /// Equal for equal data to learn from and equal tasks of all parts, those to be judged on included.
  package var contentDigest: UInt64 {
    digest([fingerprint] + allParts.flatMap { [digest(Array($0.name.utf8))] + words($0.tasks) })
  }
}

/// How many tasks there are, and a digest of them.
private func words(_ tasks: [UserTask]) -> [UInt64] {
  [
    UInt64(tasks.count),
    digest(
      tasks.whileWanted(asking: 0x100).flatMap { task -> [Int32] in
        let end: [Int32] = task.spare.isEmpty ? [] : [-1]
        return [task.user, Int32(task.support.count)] + task.support + task.query + end + task.spare
      }),
  ]
}
