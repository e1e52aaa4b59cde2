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
    let known = KnownRows(
      known.map { self[$0] }, learnt: known.contains(.valid) ? settledTraining : train, of: data)
    let seenItems = known.items(of: judged, in: data)
    let stretch = 64
    let found = orderedMap((judged.count + stretch - 1) / stretch, abandoned: (LeakFacts(), [])) {
      part -> (LeakFacts, Set<Int32>) in
      let places = part * stretch..<min((part + 1) * stretch, judged.count)
      var facts = LeakFacts()
      var newItems: Set<Int32> = []
      for place in places { facts.add(judged[place], seenItems[place], known, data, &newItems) }
      return (facts, newItems)
    }
    var facts = found.reduce(into: LeakFacts()) { $0.add($1.0) }
    facts.newItems = found.reduce(into: Set<Int32>()) { $0.formUnion($1.1) }.count
    return facts
  }
}

extension LeakFacts {
  /// Adds what a judged task has in common with what is known.
  ///
  /// - Parameters:
  ///   - seen: the items that its user has in rows that are known.
  ///   - newItems: gets its items that no row rates that may be learnt from.
  fileprivate mutating func add(
    _ task: UserTask, _ seen: Set<Int32>, _ known: KnownRows, _ data: Interactions,
    _ newItems: inout Set<Int32>
  ) {
    sharedRows += task.query.count { known.isSeen[Int($0)] }
    sharedUsers += known.isSeenUser[Int(task.user)] ? 1 : 0
    // Of a long support few are asked for.
    let asked = Set(task.query.lazy.map { data.items[Int($0)] })
    let again = asked.intersection(seen)
      .union(task.support.lazy.map { data.items[Int($0)] }.filter { asked.contains($0) })
    repeatedPairs += task.query.count { again.contains(data.items[Int($0)]) }
    for row in task.query where !known.isTrainedItem[Int(data.items[Int(row)])] {
      newItems.insert(data.items[Int(row)])
    }
    if !data.times.isEmpty, let newest = task.support.lazy.map({ data.times[Int($0)] }).max() {
      rowsFromBefore += task.query.count {
        data.times[Int($0)] < newest && data.times[Int($0)] != Interactions.unknownTime
      }
    }
  }

  /// Adds the counts of other tasks; of items not, as tasks can have the same.
  fileprivate mutating func add(_ others: LeakFacts) {
    sharedRows += others.sharedRows
    repeatedPairs += others.repeatedPairs
    sharedUsers += others.sharedUsers
    rowsFromBefore += others.rowsFromBefore
  }
}

/// What models may learn from: its rows and users, and the items of the rows that training has in the end.
private struct KnownRows: Sendable {
  private(set) var isSeen: [Bool]
  private(set) var isSeenUser: [Bool]
  let isTrainedItem: [Bool]

  /// - Parameter learnt: the tasks of training in the end: items that were held out for validation return to it.
  init(_ parts: [[UserTask]], learnt: [UserTask], of data: Interactions) {
    isSeen = [Bool](repeating: false, count: data.count)
    isSeenUser = [Bool](repeating: false, count: Int(data.users.bounds?.upperBound ?? -1) + 1)
    for tasks in parts {
      for task in tasks.whileWanted(asking: 0x100) { isSeenUser[Int(task.user)] = true }
      isSeen.withUnsafeMutableBufferPointer { buffer in
        // A row is in one task of a part at most.
        nonisolated(unsafe) let isSeen = buffer
        let stretch = 1024
        parallel((tasks.count + stretch - 1) / stretch) { part in
          for task in tasks[part * stretch..<min((part + 1) * stretch, tasks.count)]
            .whileWanted(asking: 0x100)
          {
            task.forEachRow { isSeen[Int($0)] = true }
          }
        }
      }
    }
    isTrainedItem = Self.items(of: learnt, in: data)
  }

  /// For each item whether one of these tasks has it.
  private static func items(of tasks: [UserTask], in data: Interactions) -> [Bool] {
    let count = Int(data.items.bounds?.upperBound ?? -1) + 1
    let parts = tasks.count < 1024 ? 1 : 8
    let found = orderedMap(parts, abandoned: []) { part -> [Bool] in
      var occurs = [Bool](repeating: false, count: count)
      data.items.withUnsafeBufferPointer { items in
        occurs.withUnsafeMutableBufferPointer { occurs in
          for task in tasks[tasks.count * part / parts..<tasks.count * (part + 1) / parts]
            .whileWanted(asking: 0x100)
          {
            task.forEachRow { occurs[Int(items[Int($0)])] = true }
          }
        }
      }
      return occurs
    }
    return (0..<count).map { item in found.contains { !$0.isEmpty && $0[item] } }
  }

  /// For each of these tasks the items that its user has in the rows that are known.
  func items(of judged: [UserTask], in data: Interactions) -> [Set<Int32>] {
    let users = Set(judged.map(\.user)).sorted()
    let rows = data.rows(ofUsers: users) { isSeen[$0] }
    let items = Dictionary(
      uniqueKeysWithValues: zip(users, rows).map { user, rows in
        (user, Set(rows.map { data.items[Int($0)] }))
      })
    return judged.map { items[$0.user] ?? [] }
  }
}
