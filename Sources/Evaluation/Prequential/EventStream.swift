import Datasets
import Kernels
import Language
import Models

/// Ratings in the order of their times, each to be predicted before it is learnt from (Gama, Sebastião and
/// Rodrigues 2013, "On evaluating stream learning algorithms").
package struct EventStream: Sendable {
  /// Rows of the data, the oldest first.
  package let rows: [Int32]
  /// Events of one time: all of them are predicted before any is learnt from.
  package let blocks: [Range<Int>]
  /// How many rows are left out since nobody knows when they were given.
  package let untimed: Int
  /// Rows of each user: those known beforehand, then their events.
  private let histories: [Int32: [Int32]]
  /// How many of those are known before each event, and its own place among them.
  private let known: [Int]
  private let places: [Int]

  /// - Parameters:
  ///   - tasks: whose support and query ratings are the events.
  ///   - training: what is known of their users beforehand.
  package init(_ tasks: [UserTask], after training: [UserTask], in data: Interactions) {
    let all = tasks.flatMap { $0.support + $0.query }
    var rows: [Int32] = []
    if !data.times.isEmpty {
      rows = all.filter { data.times[Int($0)] != Interactions.unknownTime }
        .sorted { (data.times[Int($0)], $0) < (data.times[Int($1)], $1) }
    }
    untimed = all.count - rows.count
    var histories: [Int32: [Int32]] = [:]
    for task in tasks { histories[task.user] = [] }
    for task in training.whileWanted(asking: 0x100) { histories[task.user]? += task.rows }
    for user in histories.keys {
      histories[user]?.sort { a, b in
        (data.times.isEmpty ? 0 : data.times[Int(a)], a)
          < (data.times.isEmpty ? 0 : data.times[Int(b)], b)
      }
    }
    var (blocks, known, places): ([Range<Int>], [Int], [Int]) = ([], [], [])
    var start = 0
    while start < rows.count, !Cancellation.isRequested {
      let time = data.times[Int(rows[start])]
      let end = rows[start...].firstIndex { data.times[Int($0)] != time } ?? rows.count
      let users = rows[start..<end].map { data.users[Int($0)] }
      known += users.map { histories[$0]?.count ?? 0 }
      for (user, row) in zip(users, rows[start..<end]) {
        places.append(histories[user]?.count ?? 0)
        histories[user]?.append(row)
      }
      blocks.append(start..<end)
      start = end
    }
    (self.rows, self.blocks, self.histories) = (rows, blocks, histories)
    (self.known, self.places) = (known, places)
  }

  package var count: Int { rows.count }

  /// What is known of an event's user before it; with the event itself if `after`.
  func context(of event: Int, in data: Interactions, after: Bool = false) -> UserContext {
    let user = data.users[Int(rows[event])]
    let history = histories[user] ?? []
    return UserContext(
      user: user,
      support: history.prefix(after ? places[event] + 1 : known[event])
        .map { UserContext.Rating(row: $0, of: data) })
  }

  /// How many ratings the users of the first and of the last events have given before, in the mean over a
  /// tenth of the events.
  package var growth: (first: Double, last: Double) {
    let part = max(1, count / 10)
    func mean(_ counts: ArraySlice<Int>) -> Double {
      Double(counts.reduce(0, +)) / Double(max(1, counts.count))
    }
    return (mean(known.prefix(part)), mean(known.suffix(part)))
  }

  /// How many ratings of training are later than the first event: models know those before their time.
  package func foreknown(_ training: [UserTask], in data: Interactions) -> (rows: Int, of: Int) {
    let all = training.flatMap(\.rows)
    guard let first = rows.first.map({ data.times[Int($0)] }) else { return (0, all.count) }
    return (all.count { data.times[Int($0)] > first }, all.count)
  }

  /// How many events are of items that nobody had rated before, in training or in an earlier event.
  package func firsts(_ training: [UserTask], in data: Dataset) -> Int {
    var isRated = [Bool](repeating: false, count: data.items.count)
    for task in training {
      for row in task.rows { isRated[Int(data.interactions.items[Int(row)])] = true }
    }
    var count = 0
    for block in blocks {
      let items = rows[block].map { Int(data.interactions.items[Int($0)]) }
      count += items.count { !isRated[$0] }
      for item in items { isRated[item] = true }
    }
    return count
  }
}
