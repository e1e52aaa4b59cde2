import Kernels
import Language

/// What ratings or counts with a heavy tail, such as numbers of plays, are turned into.
package enum RatingTransform: String, ArgumentChoice {
  case asIs = "as-is"
  case log, share, rank

  package var summary: String {
    switch self {
    case .asIs: "the values as they are written"
    case .log: "log(1 + value)"
    case .share: "the value's share of all the user's"
    case .rank: "its rank among the user's, from 0 to 1, equal values sharing theirs"
    }
  }

  /// What the values are: `log(1 + plays)`.
  func spoken(of column: String) -> String {
    switch self {
    case .asIs: column
    case .log: "log(1 + \(column))"
    case .share: "share of the user's \(column)"
    case .rank: "rank of \(column) within the user"
    }
  }
}

extension Dataset {
  /// The ratings, or the counts of interactions, brought nearer together.
  func values(changedBy transform: RatingTransform) throws(DatasetError) -> [Float] {
    let rows = interactions
    let values =
      feedback == .ratings ? rows.ratings : (0..<rows.count).map { rows.count(of: $0) }
    if let odd = values.first(where: { $0 < 0 }), transform != .rank {
      throw DatasetError(
        "scale=\(transform.rawValue) needs ratings of 0 or more, and one is "
          + Number.text(odd.asWritten),
        help: ["scale=rank takes negative ones, too"], argument: "scale", code: "E0511")
    }
    switch transform {
    case .asIs: return values
    case .log: return values.map { Float(Elementary.log(1 + Double($0))) }
    case .share:
      var sums = [Double](repeating: 0, count: users.count)
      for (user, value) in zip(rows.users, values) { sums[Int(user)] += Double(value) }
      return zip(rows.users, values).map { user, value in
        sums[Int(user)] > 0 ? Float(Double(value) / sums[Int(user)]) : 0
      }
    case .rank: return ranksWithinUsers(of: values)
    }
  }

  /// The place of each value among its user's, from 0 to 1; the middle for a user's only one.
  private func ranksWithinUsers(of values: [Float]) -> [Float] {
    var ranks = [Float](repeating: 0.5, count: values.count)
    for rows in rowsByUser(among: nil).whileWanted(asking: 0x100) where rows.count > 1 {
      let ordered = rows.sorted {
        values[Int($0)] == values[Int($1)] ? $0 < $1 : values[Int($0)] < values[Int($1)]
      }
      var first = 0
      for place in ordered.indices {
        let isLast =
          place + 1 == ordered.count
          || values[Int(ordered[place + 1])] != values[Int(ordered[place])]
        guard isLast else { continue }
        let middle = Float(Double(first + place) / 2 / Double(ordered.count - 1))
        for row in ordered[first...place] { ranks[Int(row)] = middle }
        first = place + 1
      }
    }
    return ranks
  }
}
