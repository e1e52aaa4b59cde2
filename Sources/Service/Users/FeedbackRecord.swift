import Commands
import Reports

/// What one request told of a user, as a line of the feedback file.
struct FeedbackRecord: Sendable {
  var user: String
  /// Seconds since 1970.
  var time: Int64
  var told: Told

  init(user: String, time: Int64, told: Told) {
    self.user = user
    self.time = time
    self.told = told
  }

  /// - Parameter line: without its end; nil for what is none.
  /// - Returns: the record, and where the one before it is of the same bucket.
  static func read(_ line: some Sequence<UInt8>) -> (record: FeedbackRecord, before: Int?)? {
    guard let text = String(validating: Array(line), as: UTF8.self),
      let value = JSON(parsing: text), let user = value["user"]?.string,
      let time = value["time"]?.number.flatMap({ Int64(exactly: $0) })
    else { return nil }
    let before = value["before"]?.number.flatMap { Int(exactly: $0) }
    return (FeedbackRecord(user: user, time: time, told: Told(value, time: time)), before)
  }

  /// The line with its end.
  ///
  /// - Parameter before: where the record before it is of the same bucket.
  func line(before: Int) -> [UInt8] {
    let ratings = told.ratings.map { JSON.Member($0.item, .number($0.value.asWritten)) }
    var members = [
      JSON.Member("user", .string(user)), JSON.Member("time", .number(Double(time))),
      JSON.Member("ratings", .object(ratings)),
    ]
    if !told.features.isEmpty {
      let features = told.features.sorted { $0.key < $1.key }
      members.append(
        JSON.Member("features", .object(features.map { JSON.Member($0.key, $0.value.inJSON) })))
    }
    members.append(JSON.Member("before", .number(before)))
    return Array(JSON.object(members).text.utf8) + [UInt8(ascii: "\n")]
  }
}

extension ToldValue {
  var inJSON: JSON {
    switch self {
    case .number(let number): .number(number)
    case .text(let text): .string(text)
    case .list(let texts): .array(texts.map { .string($0) })
    }
  }
}
