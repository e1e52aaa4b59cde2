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
    // By users first, so that only the rows of one user are sorted at a time: by item and then as they stand
    // in the file, both in one number.
    var starts = [Int](repeating: 0, count: Int(users.max() ?? -1) + 2)
    for user in users.whileWanted() { starts[Int(user) + 1] += 1 }
    for user in starts.indices.dropFirst() { starts[user] += starts[user - 1] }
    var free = starts
    var places = [UInt64](repeating: 0, count: count)
    for row in (0..<count).whileWanted() {
      let user = Int(users[row])
      places[free[user]] = UInt64(UInt32(bitPattern: items[row])) << 32 | UInt64(row)
      free[user] += 1
    }
    var rows = [Int32](repeating: 0, count: count)
    var pairStarts: [Int] = []
    for (start, end) in zip(starts, starts.dropFirst()).whileWanted(asking: 0x100)
    where start < end {
      places[start..<end].sort()
      var first = start
      for place in start..<end {
        rows[place] = Int32(truncatingIfNeeded: places[place] & 0xFFFF_FFFF)
        guard place + 1 == end || places[place + 1] >> 32 != places[place] >> 32 else { continue }
        pairStarts.append(first)
        if place > first, !times.isEmpty { sortByTime(&rows[first...place]) }
        first = place + 1
      }
    }
    return (rows, pairStarts + [count])
  }

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

  /// Whether any pair of a user and an item is given twice; one pass without sorting.
  var hasRepeats: Bool {
    var starts = [Int](repeating: 0, count: Int(users.max() ?? -1) + 2)
    for user in users.whileWanted() { starts[Int(user) + 1] += 1 }
    for user in starts.indices.dropFirst() { starts[user] += starts[user - 1] }
    var rated = [Int32](repeating: 0, count: count)
    for (user, item) in zip(users, items).whileWanted() {
      rated[starts[Int(user)]] = item
      starts[Int(user)] += 1
    }
    var lastUser = [Int32](repeating: -1, count: Int(items.max() ?? -1) + 1)
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
