import Evaluation
import Language

/// The metrics of every user in a result, which paired tests of two results need.
package struct UserValues: Sendable, Equatable {
  /// The field of a result that holds them.
  package static let field = "per-user"

  /// The users by their ids, in order.
  package var users: [String]
  private var columns: [(field: String, values: [Double?])] = []

  package init(users: [String]) { self.users = users }

  /// Reads them from a result of `evaluate`; nil when it has none.
  package init?(result: Record) {
    guard case .record(let record)? = result[Self.field],
      case .list(let ids)? = record["users"]
    else { return nil }
    users = ids.compactMap { String.read($0) }
    for field in record.fields where field.name != "users" {
      guard case .list(let values) = field.value, values.count == users.count else { return nil }
      columns.append((field.name, values.map { Double.read($0) }))
    }
  }

  /// The values of a metric, one for each user; nil for users it has no meaning for.
  package subscript(field: String) -> [Double?]? {
    get { columns.first { $0.field == field }?.values }
    set {
      columns.removeAll { $0.field == field }
      if let newValue { columns.append((field, newValue)) }
    }
  }

  /// The same values as the language keeps them.
  package var record: Record {
    Record(
      [Record.Field("users", .list(users.map { .word($0) }))]
        + columns.filter { $0.values.contains { $0 != nil } }.map { column in
          Record.Field(
            column.field, .list(column.values.map { $0.map { .number($0) } ?? .missing }))
        })
  }

  package static func == (a: UserValues, b: UserValues) -> Bool {
    a.users == b.users && a.columns.elementsEqual(b.columns) { $0 == $1 }
  }
}

extension UserValues {
  /// The metrics, in order.
  package var fields: [String] { columns.map(\.field) }

  /// The values of a metric in this and another result, user by user of this one.
  package func paired(
    with other: UserValues, _ field: String
  ) -> (first: [Double?], second: [Double?]) {
    guard let first = self[field], let second = other[field] else { return ([], []) }
    var place: [String: Int] = [:]
    for (index, user) in other.users.enumerated() { place[user] = index }
    return (first, users.map { user in place[user].flatMap { second[$0] } })
  }
}

/// The paired t test of one metric in two results over the users that both judged.
///
/// Nil when a result keeps no values of users, has no such metric, or fewer than two users are shared.
package func pairedTest(of field: String, _ first: Record, _ second: Record) -> PairedTest? {
  guard let first = UserValues(result: first), let second = UserValues(result: second) else {
    return nil
  }
  let values = first.paired(with: second, field)
  return pairedTest(values.first, values.second)
}
