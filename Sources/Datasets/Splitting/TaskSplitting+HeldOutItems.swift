import Kernels
import Language

/// Items that are held out of interactions: all users are known by what they did with the others.
package struct HeldOutItems: Sendable {
  /// The part that each item is held out for; items of the catalogue that nobody has taken are in training.
  let parts: [TaskSplit.Part]
  /// What may be learnt from once all is chosen: the training tasks with the items of validation.
  package let settled: [UserTask]
  /// Users of no test task, for they took none of the items that are held out for it.
  package let usersWithoutNewItems: Int
  /// Users of no test task, for they took nothing else.
  package let usersWithNewItemsOnly: Int

  /// How many items are held out for a part.
  package func count(for part: TaskSplit.Part) -> Int { parts.count { $0 == part } }
}

extension TaskSplit {
  /// The tasks that may be learnt from before test tasks are judged.
  package var settledTraining: [UserTask] { heldOut?.settled ?? train }

  /// For each item whether it is new to those who are judged: no training task has it. Items that are held out
  /// for another part are not.
  ///
  /// - Parameter judgesValidation: whether validation tasks are judged, and not those of the test.
  package func isNewItem(in data: Dataset, judgesValidation: Bool) -> [Bool] {
    var isNew = [Bool](repeating: true, count: data.items.count)
    if judgesValidation, let heldOut {
      // Items may have been attached since.
      for (item, part) in heldOut.parts.enumerated() where part == .test { isNew[item] = false }
    }
    for task in judgesValidation ? train : settledTraining {
      for row in task.support { isNew[Int(data.interactions.items[Int(row)])] = false }
      for row in task.query { isNew[Int(data.interactions.items[Int(row)])] = false }
    }
    return isNew
  }
}

extension TaskSplitting {
  /// Whether items are held out of interactions; of ratings `cold=item` is one of MeLU's four states.
  func holdsItemsOut(of data: Dataset) -> Bool {
    cold == .item && of == .users && data.feedback == .interactions
  }

  /// Deals out items. A test task asks for what a user took of the items of the test, and its support is what they
  /// took of the others, or so much of it as `support` says; the rest of that is asked for, too.
  func holdingItemsOut(
    of data: Dataset, key: RandomKey
  ) throws(DatasetError) -> (parts: Parts, items: HeldOutItems) {
    let parts = try itemParts(of: data, key: key.derived("items"))
    let items = data.interactions.items
    func isOf(_ part: TaskSplit.Part) -> (Int32) -> Bool { { parts[Int(items[Int($0)])] == part } }
    let groups = data.rowsByUser(among: nil)
    let places = try places(in: data)
    let taskKey = key.derived("task")
    var kept = groups.map { _ in [Int32]() }
    var test: [UserTask] = []
    var (withoutNew, newOnly) = (0, 0)
    for (user, group) in groups.enumerated().whileWanted(asking: 0x40)
    where !group.isEmpty && group.count >= min ?? 0 && group.count <= max ?? .max {
      let ordered = ordered(
        group, places, taskKey.derived(data.users.ids.names[user]), newestFirst: true)
      let new = ordered.filter(isOf(.test))
      let known = ordered.filter { !isOf(.test)($0) }
      let wanted = Swift.min(support.count(of: known.count) ?? known.count, known.count)
      kept[user] = known.suffix(wanted)
      if new.isEmpty { withoutNew += 1 } else if wanted == 0 { newOnly += 1 }
      guard !new.isEmpty, wanted > 0 else { continue }
      let asked = new + known.dropLast(wanted)
      test.append(
        UserTask(
          user: Int32(user), support: kept[user],
          query: Array(asked.prefix(query?.count(of: asked.count) ?? asked.count))))
    }
    let train = trainingTasks(
      of: kept.map { $0.filter(isOf(.train))[...] }, query: .rest, in: data, key: key)
    let settled = trainingTasks(of: kept.map { $0[...] }, query: .rest, in: data, key: key)
    let valid = train.whileWanted(asking: 0x40).compactMap { task -> UserTask? in
      let asked = kept[Int(task.user)].filter(isOf(.valid))
      return asked.isEmpty
        ? nil
        : UserTask(user: task.user, support: task.support + task.query, query: asked)
    }
    guard !train.isEmpty, !test.isEmpty || self.test.isNone else {
      throw DatasetError(
        "no user has taken both items that are held out and others",
        help: ["hold out a larger share of the items: test=20%"], code: "E0520")
    }
    return (
      (train, valid, test),
      HeldOutItems(
        parts: parts, settled: settled, usersWithoutNewItems: withoutNew,
        usersWithNewItemsOnly: newOnly)
    )
  }

  /// The part of each item.
  private func itemParts(
    of data: Dataset, key: RandomKey
  ) throws(DatasetError) -> [TaskSplit.Part] {
    for (option, size) in [("valid", valid), ("test", test)] {
      if case .values(let values) = size {
        throw DatasetError(
          "\(option)=\(values[0]) names a value, and cold=item deals out items by chance",
          argument: option, code: "E0520")
      }
    }
    let parts = data.onRatedItems(.train) { dealt($0, key) }
    try DatasetError.throwIfUnwanted()
    let count = data.items.count - data.unratedItemCount
    let held = parts.count { $0 != .train }
    guard held < count else {
      throw DatasetError(
        "\(counted(count, "item has", "items have")) been taken; \(held) to hold out leave none to "
          + "train on",
        help: ["try smaller shares: valid=10% test=10%"], code: "E0520")
    }
    return parts
  }
}
