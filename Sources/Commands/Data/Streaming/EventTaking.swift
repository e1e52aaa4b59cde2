import Datasets
import Language
import MetaLearning
import Models

/// What a stream has brought so far: the data with all that is taken, and what is to be said of it.
struct EventTaking {
  private let command: StreamEvents
  private(set) var data: Dataset
  /// How many rows there were before.
  private let before: Int
  private let logBefore: Int
  private let adapted: Int32?
  private(set) var count = 0
  private(set) var users = 0
  private(set) var items = 0
  private(set) var late = 0
  private(set) var dropped = 0
  /// What the user has rated to whom the present model is adapted.
  private(set) var ratings: [UserContext.Rating] = []
  private var newest = Interactions.unknownTime
  var isStopped = false
  /// What ended a stream that is followed.
  var stopper: CommandFailure?

  init(_ command: StreamEvents, _ data: Dataset, adapted: Int32? = nil) {
    (self.command, self.data, self.adapted) = (command, data, adapted)
    before = data.interactions.count
    logBefore = data.log?.count ?? 0
  }

  var learned: Int { ratings.count }

  /// Takes events, as many as are wanted; all that are asked for, or none where one of them is refused.
  ///
  /// - Parameter line: the line of a row.
  /// - Returns: how many rows are done with.
  mutating func take(_ events: Dataset, most: Int?, line: (Int) -> Int) throws -> Int {
    guard events.feedback == data.feedback else {
      throw CommandFailure(
        "E0530", "these are \(events.noun)s, and the data hold \(data.noun)s",
        help: ["a stream of ratings has a column of them"], argument: command.file)
    }
    let rows = events.interactions
    var taken = self
    var row = 0
    while row < rows.count, most.map({ taken.count < $0 }) ?? true {
      do {
        try taken.take(events, row, line)
      } catch {
        // What stands before it is good.
        if command.keepsWhatIsGood { self = taken }
        throw error
      }
      row += 1
    }
    taken.letGo()
    self = taken
    return row
  }

  private mutating func take(_ events: Dataset, _ row: Int, _ line: (Int) -> Int) throws {
    let rows = events.interactions
    let time = try data.time(of: rows, row)
    if time != Interactions.unknownTime {
      guard time >= newest || command.late == .take else {
        late += 1
        guard command.late == .refuse else { return }
        throw CommandFailure(
          "E0512", "\(command.file):\(line(row)): this event is older than the one before it",
          help: [
            "late=take takes such events where they stand, late=skip passes over them",
            "go on from there: from=\(line(row))",
          ], argument: command.file)
      }
      if time < newest { late += 1 }
      newest = max(newest, time)
    }
    guard
      data.feedback == .interactions || data.scale.clamped(rows.ratings[row]) == rows.ratings[row]
    else {
      throw CommandFailure(
        "E0512",
        "\(command.file):\(line(row)): \(Number.text(rows.ratings[row].asWritten)) is not on the scale from "
          + data.scale.text, argument: command.file)
    }
    append(events, row, time)
  }

  private mutating func append(_ events: Dataset, _ row: Int, _ time: Int64) {
    let rows = events.interactions
    let user = number(of: events.users.ids.names[Int(rows.users[row])], in: &data.users, &users)
    let item = number(of: events.items.ids.names[Int(rows.items[row])], in: &data.items, &items)
    data.interactions.append(
      user: user, item: item, rating: rows.ratings[row], count: rows.count(of: row), time: time)
    data.log?.append(
      user: user, item: item, rating: rows.ratings[row], count: rows.count(of: row), time: time)
    count += 1
    if user == adapted {
      ratings.append(
        UserContext.Rating(row: Int32(data.interactions.count - 1), of: data.interactions))
    }
  }

  private func number(of id: String, in entities: inout Entities, _ new: inout Int) -> Int32 {
    if let known = entities.ids[id] { return Int32(known) }
    entities.extend(with: [id])
    new += 1
    return Int32(entities.count - 1)
  }

  /// Keeps no more rows than are wanted.
  private mutating func letGo() {
    let excess = data.interactions.count - before - command.keep
    guard excess > 0 else { return }
    data.interactions.remove(before..<before + excess)
    data.log?.remove(logBefore..<logBefore + excess)
    dropped += excess
    if ratings.count > command.keep { ratings.removeFirst(ratings.count - command.keep) }
  }
}

extension Dataset {
  /// When a row of another table was rated, in the units of these data.
  fileprivate func time(of rows: Interactions, _ row: Int) throws -> Int64 {
    guard !rows.times.isEmpty, rows.times[row] != Interactions.unknownTime else {
      return Interactions.unknownTime
    }
    let (own, others) = (interactions.ticks, rows.ticks)
    return own >= others ? rows.times[row] &* (own / others) : rows.times[row] / (others / own)
  }
}

extension Interactions {
  /// What rows of a stream have in columns that say more of a row.
  private static let streamed = "streamed"

  fileprivate mutating func append(
    user: Int32, item: Int32, rating: Float, count: Float, time: Int64
  ) {
    if times.isEmpty, time != Self.unknownTime {
      times = Array(repeating: Self.unknownTime, count: users.count)
    }
    if !times.isEmpty { times.append(time) }
    if !counts.isEmpty || count != 1 {
      if counts.isEmpty { counts = Array(repeating: 1, count: users.count) }
      counts.append(count)
    }
    if !screened.isEmpty { screened.append(rating) }
    for name in columns.keys {
      let code = columns[name]?.vocabulary.insert(Self.streamed) ?? 0
      columns[name]?.codes.append(Int32(code))
    }
    users.append(user)
    items.append(item)
    ratings.append(rating)
  }

  fileprivate mutating func remove(_ rows: Range<Int>) {
    users.removeSubrange(rows)
    items.removeSubrange(rows)
    ratings.removeSubrange(rows)
    if !times.isEmpty { times.removeSubrange(rows) }
    if !counts.isEmpty { counts.removeSubrange(rows) }
    if !screened.isEmpty { screened.removeSubrange(rows) }
    for name in columns.keys { columns[name]?.codes.removeSubrange(rows) }
  }
}
