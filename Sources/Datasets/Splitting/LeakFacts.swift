/// What the parts of a split have in common; the first two must be zero for a number to be believed.
package struct LeakFacts: Sendable, Equatable {
  /// Rows of test tasks that are also rows of training or validation tasks.
  package var sharedRows = 0
  /// Test query rows whose user and item occur together in another row that models may see: a
  /// training or validation row, or the task's own support.
  package var repeatedPairs = 0
  /// Test users who are also training or validation users.
  package var sharedUsers = 0
  /// Items of test queries that no training row rates.
  package var newItems = 0
  /// Test query rows older than a support row of their own task.
  package var rowsFromBefore = 0

  /// Whether no judged rating is known to the models that are judged.
  package var isClean: Bool { sharedRows == 0 && repeatedPairs == 0 }
}

extension TaskSplit {
  /// What the test part has in common with the others.
  package func leaks(in data: Interactions) -> LeakFacts {
    var facts = LeakFacts()
    var seenRows = Set<Int32>()
    var seenUsers = Set<Int32>()
    for task in train + valid {
      seenRows.formUnion(task.support)
      seenRows.formUnion(task.query)
      seenUsers.insert(task.user)
    }
    let seenPairs = Set(seenRows.map { data.pair(of: $0) })
    let trainedItems = Set(train.flatMap { ($0.support + $0.query).map { data.items[Int($0)] } })
    var newItems = Set<Int32>()
    for task in test {
      facts.sharedRows += (task.support + task.query).count { seenRows.contains($0) }
      facts.sharedUsers += seenUsers.contains(task.user) ? 1 : 0
      let supportPairs = Set(task.support.map { data.pair(of: $0) })
      facts.repeatedPairs += task.query.count {
        seenPairs.contains(data.pair(of: $0)) || supportPairs.contains(data.pair(of: $0))
      }
      newItems.formUnion(
        task.query.map { data.items[Int($0)] }.filter { !trainedItems.contains($0) })
      if !data.times.isEmpty, let newest = task.support.map({ data.times[Int($0)] }).max() {
        facts.rowsFromBefore += task.query.count { data.times[Int($0)] < newest }
      }
    }
    facts.newItems = newItems.count
    return facts
  }
}

extension Interactions {
  /// User and item of a row in one word.
  fileprivate func pair(of row: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: users[Int(row)])) << 32 | UInt64(UInt32(bitPattern: items[Int(row)]))
  }
}
