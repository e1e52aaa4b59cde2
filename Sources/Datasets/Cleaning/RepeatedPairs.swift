import Kernels

/// Pairs of a user and an item that data give more than once.
package struct RepeatedPairs: Sendable, Equatable {
  /// How many rows have the user and the item of another row before them.
  package var rows = 0
  /// How many pairs they are of.
  package var pairs = 0
  /// How many of the pairs have different ratings.
  package var differing = 0
  /// How many of the pairs have their newest time twice.
  package var tied = 0
  package var hasTimes: Bool
  /// A column that is another one in all rows of each pair, and its values, the most frequent first.
  package var toldApart: ToldApart?

  package struct ToldApart: Sendable, Equatable {
    package var column: String
    package var values: [String]
  }

  package init(hasTimes: Bool) { self.hasTimes = hasTimes }
}

extension Interactions {
  /// The rows in an order that puts those of one pair of a user and an item together, oldest first, and
  /// where each pair starts and the last one ends.
  var pairs: (rows: [Int32], starts: [Int]) {
    // Sorted by items and then by users, each time leaving equal ones as they stand.
    let byItem = Groups(by: items, count: Self.count(of: items)).order
    var rows = Groups(byItem, by: users, count: Self.count(of: users)).order
    var starts: [Int] = []
    var first = 0
    for place in (0..<count).whileWanted() {
      let row = Int(rows[place])
      if place + 1 < count {
        let next = Int(rows[place + 1])
        if users[next] == users[row], items[next] == items[row] { continue }
      }
      starts.append(first)
      if place > first, !times.isEmpty { sortByTime(&rows[first...place]) }
      first = place + 1
    }
    return (rows, starts + [count])
  }

  /// How many numbers a column has room for.
  private static func count(of column: [Int32]) -> Int { Int(column.bounds?.upperBound ?? -1) + 1 }

  /// Puts rows that stand as in the file in the order of their times, and as they are where those are equal.
  private func sortByTime(_ rows: inout ArraySlice<Int32>) {
    rows.sort { a, b in
      let (a, b) = (Int(a), Int(b))
      return times[a] == times[b] ? a < b : times[a] < times[b]
    }
  }

  /// What is given more than once, and how.
  package var repeats: RepeatedPairs {
    var found = RepeatedPairs(hasTimes: !times.isEmpty)
    guard hasRepeats else { return found }
    let (rows, starts) = pairs
    for (start, end) in zip(starts, starts.dropFirst()).whileWanted() where end - start > 1 {
      found.rows += end - start - 1
      found.pairs += 1
      let first = Int(rows[start])
      found.differing += rows[start..<end].contains { ratings[Int($0)] != ratings[first] } ? 1 : 0
      guard found.hasTimes else { continue }
      let newest = times[Int(rows[end - 1])]
      found.tied += times[Int(rows[end - 2])] == newest ? 1 : 0
    }
    found.toldApart = columnTellingApart(rows, starts)
    return found
  }

  /// The first column with few values that differs between all rows of each pair.
  private func columnTellingApart(
    _ rows: [Int32], _ starts: [Int]
  ) -> RepeatedPairs.ToldApart? {
    for (name, column) in columns.sorted(by: { $0.key < $1.key })
    where (2...50).contains(column.vocabulary.count) {
      let isApart = zip(starts, starts.dropFirst()).whileWanted().allSatisfy { start, end in
        end - start < 2
          || Set(rows[start..<end].map { column.codes[Int($0)] }).count == end - start
      }
      guard isApart else { continue }
      var counts = [Int](repeating: 0, count: column.vocabulary.count)
      for code in column.codes { counts[Int(code)] += 1 }
      let order = counts.indices.sorted { (counts[$1], $0) < (counts[$0], $1) }
      return RepeatedPairs.ToldApart(
        column: name, values: order.map { column.vocabulary.names[$0] })
    }
    return nil
  }

  /// Whether any pair of a user and an item is given twice.
  package var hasRepeats: Bool { hasRepeatsInStretches ?? hasRepeatsAnywhere }

  /// The same in one pass where the rows of each user stand together and users ascend, as they do in the order in
  /// which most files name them; nil where they do not.
  private var hasRepeatsInStretches: Bool? {
    let itemCount = Self.count(of: items)
    let parts = count / 64 > itemCount ? 16 : 1
    /// Where the first user begins who has no row before a part.
    @Sendable func start(_ part: Int) -> Int {
      let start = count * part / parts
      guard part > 0, part < parts else { return start }
      let last = users[start - 1]
      return users[start...].firstIndex { $0 != last } ?? count
    }
    let found = orderedMap(parts, abandoned: nil) { part -> Bool? in
      let (start, end) = (start(part), start(part + 1))
      var lastUser = [Int32](repeating: -1, count: itemCount)
      return users.withUnsafeBufferPointer { users in
        items.withUnsafeBufferPointer { items -> Bool? in
          var current = start > 0 ? users[start - 1] : -1
          for row in (start..<max(start, end)).whileWanted() {
            let (user, item) = (users[row], Int(items[row]))
            if user < current { return nil }
            current = user
            if lastUser[item] == user { return true }
            lastUser[item] = user
          }
          return false
        }
      }
    }
    return found.contains(true) ? true : found.contains(nil) ? nil : false
  }

  /// The same for rows in any order; two passes without sorting.
  private var hasRepeatsAnywhere: Bool {
    var starts = [Int](repeating: 0, count: Int(users.bounds?.upperBound ?? -1) + 2)
    for user in users.whileWanted() { starts[Int(user) + 1] += 1 }
    for user in starts.indices.dropFirst() { starts[user] += starts[user - 1] }
    var rated = [Int32](repeating: 0, count: count)
    for (user, item) in zip(users, items).whileWanted() {
      rated[starts[Int(user)]] = item
      starts[Int(user)] += 1
    }
    var lastUser = [Int32](repeating: -1, count: Self.count(of: items))
    var start = 0
    // Each start has come to the end of its user's rows.
    for (user, end) in starts.dropLast().enumerated().whileWanted(asking: 0x100) {
      for item in rated[start..<end] {
        if lastUser[Int(item)] == Int32(user) { return true }
        lastUser[Int(item)] = Int32(user)
      }
      start = end
    }
    return false
  }

  func rowsWithoutRepeats(_ kept: Cleaning.Duplicates) -> [Int32] {
    let (rows, starts) = pairs
    // Marked, as sorting them would take the longest of all.
    var isKept = [Bool](repeating: false, count: count)
    for (start, end) in zip(starts, starts.dropFirst()).whileWanted() {
      isKept[Int(rows[kept == .last ? end - 1 : start])] = true
    }
    return (0..<Int32(count)).filter { isKept[Int($0)] }
  }

  /// Gives all ratings of a pair their mean.
  mutating func averagePairs() {
    let (rows, starts) = pairs
    for (start, end) in zip(starts, starts.dropFirst()).whileWanted() where end - start > 1 {
      let sum = rows[start..<end].reduce(0) { $0 + Double(ratings[Int($1)]) }
      for row in rows[start..<end] { ratings[Int(row)] = Float(sum / Double(end - start)) }
    }
  }
}
