import Kernels

/// What judged tasks have in common with what models may learn from; the first two must be zero for a
/// number to be believed.
package struct LeakFacts: Sendable, Equatable {
  /// Query rows that are also rows of training or validation tasks.
  package var sharedRows = 0
  /// Query rows whose user and item occur together in another row that models may see: a training or
  /// validation row, or the task's own support.
  package var repeatedPairs = 0
  /// Judged users who are also training or validation users.
  package var sharedUsers = 0
  /// Items of queries that no row rates that may be learnt from before they are judged.
  package var newItems = 0
  /// Query rows older than a support row of their own task.
  package var rowsFromBefore = 0

  /// Whether no judged rating is known to the models that are judged.
  package var isClean: Bool { sharedRows == 0 && repeatedPairs == 0 }
}

extension TaskSplit {
  /// What the test part has in common with the others.
  package func leaks(in data: Interactions) -> LeakFacts { leaks(to: test, in: data) }

  /// What some judged tasks have in common with what models may learn from.
  ///
  /// - Parameter known: the parts that models learn from.
  package func leaks(
    to judged: [UserTask], from known: [Part] = [.train, .valid], in data: Interactions
  ) -> LeakFacts {
    var facts = LeakFacts()
    var isSeen = [Bool](repeating: false, count: data.count)
    var isSeenUser = [Bool](repeating: false, count: Int(data.users.max() ?? -1) + 1)
    var isTrainedItem = [Bool](repeating: false, count: Int(data.items.max() ?? -1) + 1)
    for task in known.lazy.map({ self[$0] }).joined().whileWanted(asking: 0x100) {
      isSeenUser[Int(task.user)] = true
      isSeen.withUnsafeMutableBufferPointer { isSeen in
        task.forEachRow { isSeen[Int($0)] = true }
      }
    }
    // Items that were held out for validation return to training.
    let learnt = known.contains(.valid) ? settledTraining : train
    data.items.withUnsafeBufferPointer { items in
      isTrainedItem.withUnsafeMutableBufferPointer { isTrainedItem in
        for task in learnt.whileWanted(asking: 0x100) {
          task.forEachRow { isTrainedItem[Int(items[Int($0)])] = true }
        }
      }
    }
    var isNewItem = [Bool](repeating: false, count: isTrainedItem.count)
    let seenItems = items(of: judged, among: isSeen, in: data)
    for (task, itemsSeen) in zip(judged, seenItems).whileWanted(asking: 0x10) {
      facts.sharedRows += task.query.count { isSeen[Int($0)] }
      facts.sharedUsers += isSeenUser[Int(task.user)] ? 1 : 0
      let seen = itemsSeen.union(task.support.map { data.items[Int($0)] })
      facts.repeatedPairs += task.query.count { seen.contains(data.items[Int($0)]) }
      for row in task.query where !isTrainedItem[Int(data.items[Int(row)])] {
        isNewItem[Int(data.items[Int(row)])] = true
      }
      if !data.times.isEmpty, let newest = task.support.map({ data.times[Int($0)] }).max() {
        facts.rowsFromBefore += task.query.count {
          data.times[Int($0)] < newest && data.times[Int($0)] != Interactions.unknownTime
        }
      }
    }
    facts.newItems = isNewItem.count { $0 }
    return facts
  }

  /// For each of these tasks the items that its user has in the rows that are seen.
  private func items(
    of judged: [UserTask], among isSeen: [Bool], in data: Interactions
  ) -> [Set<Int32>] {
    // Tables in place of dictionaries: nearly all rows are of others.
    let none = Int32(-1)
    var first = [Int32](repeating: none, count: Int(data.users.max() ?? -1) + 1)
    for (place, task) in judged.enumerated() where first[Int(task.user)] == none {
      first[Int(task.user)] = Int32(place)
    }
    var items = [Set<Int32>](repeating: [], count: judged.count)
    // Most rows are of others: their users are looked at first.
    data.users.withUnsafeBufferPointer { users in
      for row in users.indices.whileWanted() {
        let place = first[Int(users[row])]
        if place != none, isSeen[row] { items[Int(place)].insert(data.items[row]) }
      }
    }
    return judged.map { items[Int(first[Int($0.user)])] }
  }
}
