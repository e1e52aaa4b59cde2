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
    let shuffled = chance.shuffled(Array(tasks.indices))
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
      inOrder(rest[validCount...], of: tasks), inOrder(rest[..<validCount], of: tasks),
      inOrder(shuffled[testRange], of: tasks)
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
    let shuffled = chance.shuffled(Array(train.indices))
    return (inOrder(shuffled[count...], of: train), inOrder(shuffled[..<count], of: train), test)
  }

  /// Those at some places, in the order they stand in.
  private func inOrder(_ places: ArraySlice<Int>, of tasks: [UserTask]) -> [UserTask] {
    Array(places).sortedWhileWanted().map { tasks[$0] }
  }

  /// One task for each user with enough of these rows, in the order of users.
  func tasks(
    of data: Dataset, rows: [Int32]?, key: RandomKey, part: String
  ) throws(DatasetError) -> [UserTask] {
    let groups = data.rowsByUser(among: rows)
    let (least, most) = (leastRatings, max ?? Int.max)
    let taskKey = key.derived("task" + part)
    let places = try places(in: data)
    // Users are many and small: a thread takes some hundreds at a time.
    let stretch = 256
    let parts = orderedMap((groups.count + stretch - 1) / stretch, abandoned: [UserTask]()) {
      part in
      (part * stretch..<Swift.min((part + 1) * stretch, groups.count)).compactMap {
        user -> UserTask? in
        let group = groups[user]
        guard group.count >= least, group.count <= most else { return nil }
        return task(
          of: user,
          ordered(group, places, taskKey.derived(data.users.ids.names[user]), newestFirst: true))
      }
    }
    let tasks = Array(parts.joined())
    if tasks.isEmpty { throw nobody(groups.map(\.count), part: part, remedy: nil) }
    return tasks
  }

  /// The first of a user's rows are judged on, and the next are the support; nil where they are too few.
  private func task(of user: Int, _ rows: [Int32]) -> UserTask? {
    let queryCount =
      asked.count(of: rows.count) ?? rows.count - (support.count(of: rows.count) ?? 0)
    let supportCount = Swift.min(
      support.count(of: rows.count) ?? rows.count - queryCount, rows.count - queryCount)
    guard queryCount > 0, supportCount >= 0 else { return nil }
    return UserTask(
      user: Int32(user), support: Array(rows[queryCount..<queryCount + supportCount]),
      query: Array(rows[..<queryCount]), spare: Array(rows[(queryCount + supportCount)...]))
  }
}

extension Dataset {
  /// The rows of each user, in the order of the file, or of those among which they are.
  package func rowsByUser(among rows: [Int32]? = nil) -> Groups {
    Groups(rows, by: interactions.users, count: users.count)
  }

  /// Equal for equal ratings and equal tasks of the parts.
  func fingerprint(with parts: [[UserTask]]) -> UInt64 {
    var ratings = interactions.digests(withTimes: false)
    if feedback == .interactions { ratings.append(digest(interactions.counts) &+ 1) }
    return digest(ratings + parts.flatMap(words))
  }
}

extension TaskSplit {
  /// Equal for equal data to learn from and equal tasks of all parts, those to be judged on included.
  package var contentDigest: UInt64 {
    // The fingerprint knows the tasks that are learnt from.
    let judged = allParts.filter { ![Part.train.rawValue, Part.valid.rawValue].contains($0.name) }
    return digest(
      [fingerprint] + judged.flatMap { [digest(Array($0.name.utf8))] + words($0.tasks) })
  }
}

/// How many tasks there are, and a digest of them.
private func words(_ tasks: [UserTask]) -> [UInt64] {
  let stretch = 1024
  let stretches = (tasks.count + stretch - 1) / stretch
  @Sendable func members(_ part: Int) -> ArraySlice<UserTask> {
    tasks[part * stretch..<Swift.min((part + 1) * stretch, tasks.count)]
  }
  let sizes: [Int] = orderedMap(stretches) { part -> Int in
    members(part).reduce(0) { size, task in
      size + 2 + task.support.count + task.query.count
        + (task.spare.isEmpty ? 0 : 1 + task.spare.count)
    }
  }
  let starts = sizes.reduce(into: [0]) { $0.append($1 + ($0.last ?? 0)) }
  let numbers = [Int32](unsafeUninitializedCapacity: starts[stretches]) { buffer, filled in
    nonisolated(unsafe) let buffer = buffer
    parallel(stretches) { part in
      var place = starts[part]
      func add(_ rows: [Int32]) { place = buffer[place...].update(fromContentsOf: rows) }
      for task in members(part) {
        buffer[place] = task.user
        buffer[place + 1] = Int32(task.support.count)
        place += 2
        add(task.support)
        add(task.query)
        if !task.spare.isEmpty {
          buffer[place] = -1
          place += 1
          add(task.spare)
        }
      }
    }
    filled = starts[stretches]
  }
  return [UInt64(tasks.count), digest(numbers)]
}
