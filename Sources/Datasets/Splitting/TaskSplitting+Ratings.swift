import Kernels
import Language

extension TaskSplitting {
  /// Deals out single ratings: users adapt on all their training ratings and are judged on the rest.
  func byRatings(of data: Dataset, key: RandomKey) throws(DatasetError) -> Parts {
    for (option, size) in [("valid", valid), ("test", test)] {
      if case .values(let values) = size {
        throw DatasetError(
          "\(option)=\(values[0]) names a value, and by=rating deals by chance", code: "E0520")
      }
    }
    let count = data.interactions.count
    var chance = key.derived("ratings").stream
    let order = chance.shuffled(Array(0..<Int32(count)))
    let testRange =
      if let folds {
        count * (fold - 1) / folds..<count * fold / folds
      } else {
        0..<Swift.min(test.count(of: count), count)
      }
    let rest = order[..<testRange.lowerBound] + order[testRange.upperBound...]
    let validCount = valid.count(of: rest.count)
    guard validCount < rest.count else {
      throw DatasetError(
        "\(counted(rest.count, "rating is", "ratings are")) left to train on; \(validCount) for "
          + "validation leave none",
        help: ["try a smaller share: valid=10%"], code: "E0520")
    }
    let known = data.rowsByUser(among: Array(rest.dropFirst(validCount)).sortedWhileWanted())
    return (
      trainingTasks(of: known, query: asked, in: data, key: key),
      judgedTasks(rest.prefix(validCount), known, in: data),
      judgedTasks(order[testRange], known, in: data)
    )
  }

  /// All ratings of every user; those of the query are drawn anew in training anyway.
  ///
  /// - Parameter query: how many are asked for, but at most half of them.
  func trainingTasks(
    of groups: some Collection<ArraySlice<Int32>>, query: SetSize, in data: Dataset, key: RandomKey
  ) -> [UserTask] {
    groups.enumerated().whileWanted(asking: 0x40).filter { !$1.isEmpty }.map { user, group in
      var chance = key.derived("task").derived(data.users.ids.names[user]).stream
      let ordered = chance.shuffled(Array(group))
      let wanted = query.count(of: group.count) ?? group.count / 2
      let queryCount = Swift.max(1, Swift.min(wanted, group.count / 2))
      return UserTask(
        user: Int32(user), support: Array(ordered[queryCount...]),
        query: Array(ordered[..<queryCount]))
    }
  }

  private func judgedTasks(
    _ rows: ArraySlice<Int32>, _ known: Groups, in data: Dataset
  ) -> [UserTask] {
    data.rowsByUser(among: Array(rows).sortedWhileWanted()).enumerated().filter { !$1.isEmpty }
      .map { user, own in
        UserTask(user: Int32(user), support: Array(known[user]), query: Array(own))
      }
  }
}
