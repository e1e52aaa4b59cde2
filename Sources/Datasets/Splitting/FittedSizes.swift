import Kernels
import Language

/// The size that a split without `query=` has chosen where the usual one would have left too few users.
package struct FittedSize: Sendable, Equatable {
  package let query: Int
  /// The fewest ratings of a user, where three more than `query` are too many as well.
  package let min: Int?
  /// The part in which the usual size would have left the smallest share of the users.
  package let part: String
  /// How many users that share is.
  package let left: Int
  /// How many it is a share of.
  package let users: Int
}

/// The number of ratings of each user of a part: in it, and in all the data.
private struct PartCounts {
  let name: String
  let users: [(own: Int, all: Int)]

  /// How many users are tasks with these sizes.
  func left(by sizes: TaskSplitting) -> Int { users.count { sizes.takes($0.own) } }

  /// How many users should become tasks, where `last` is the smallest size: those with ratings enough in all the
  /// data, and in the part what that takes.
  func wanted(by last: TaskSplitting) -> Int {
    let able = users.filter { last.takes($0.own) }
    let wanted = able.count { $0.all >= last.enough }
    return wanted > 0 ? wanted : able.count
  }
}

/// Sizes of tasks that fit the data: those of a split that does not say `query=`, and those that a refusal offers.
/// A size fits when it leaves, in every part, more than half of the users who should become tasks.
extension TaskSplitting {
  /// How many ratings are judged on where nobody says and users have them.
  package static let usualQuery = 10

  /// How many ratings a user has who should become a task.
  fileprivate var enough: Int { Swift.max(min ?? 0, 5) }

  fileprivate func takes(_ count: Int) -> Bool { count >= leastRatings && count <= max ?? .max }

  /// The same with sizes for what it does not say; refuses sizes that leave a part without users.
  func fitted(
    to data: Dataset, _ division: RowDivision?
  ) throws(DatasetError) -> (TaskSplitting, FittedSize?) {
    guard by != .rating else { return (self, nil) }
    let parts = try counts(of: data, division)
    var fitted = self
    if query == nil {
      let sizes = sizesWithoutQuery
      fitted = fitting(0...sizes.count - 1, parts) { sizes[$0] } ?? sizes[0]
    }
    if let empty = parts.first(where: { $0.left(by: fitted) == 0 }) {
      throw fitted.nobody(
        empty.users.map(\.own), part: empty.name, remedy: fitted.remedy(parts))
    }
    guard query == nil, let chosen = fitted.query?.least, chosen < Self.usualQuery else {
      return (fitted, nil)
    }
    let losses = parts.map {
      FittedSize(
        query: chosen, min: min == nil ? fitted.min : nil, part: $0.name,
        left: $0.left(by: self), users: $0.wanted(by: sizesWithoutQuery[0]))
    }
    let worst = losses.indices.min {
      let (a, b) = (losses[$0], losses[$1])
      return (a.left * b.users, $0) < (b.left * a.users, $1)
    }
    return (fitted, worst.map { losses[$0] })
  }

  /// What `query=` may be where nobody says, from the smallest size to the usual one; the smallest take users
  /// with fewer ratings than usual.
  private var sizesWithoutQuery: [TaskSplitting] {
    func sized(_ query: Int, min: Int?) -> TaskSplitting {
      var copy = self
      (copy.query, copy.min) = (.count(query), min)
      return copy
    }
    if min != nil { return (1...Self.usualQuery).map { sized($0, min: min) } }
    let least = 1 + support.least
    return (least...Swift.max(4, least)).map { sized(1, min: $0) }
      + (2...Self.usualQuery).map { sized($0, min: nil) }
  }

  /// The largest of some sizes that leaves most users in every part; nil when even the smallest leaves a part without
  /// any.
  ///
  /// - Parameter size: the size of a number: of a larger one, no user becomes a task who does not of a smaller one.
  private func fitting(
    _ numbers: ClosedRange<Int>, _ parts: [PartCounts], _ size: (Int) -> TaskSplitting
  ) -> TaskSplitting? {
    let smallest = size(numbers.lowerBound)
    guard parts.allSatisfy({ $0.left(by: smallest) > 0 }) else { return nil }
    let wanted = parts.map { $0.wanted(by: smallest) }
    var (fits, end) = (numbers.lowerBound, numbers.upperBound + 1)
    while end - fits > 1 {
      let middle = fits + (end - fits) / 2
      let sizes = size(middle)
      let isFit = zip(parts, wanted).allSatisfy { part, wanted in
        2 * part.left(by: sizes) > wanted
      }
      if isFit { fits = middle } else { end = middle }
    }
    return size(fits)
  }

  private func counts(
    of data: Dataset, _ division: RowDivision?
  ) throws(DatasetError) -> [PartCounts] {
    let users = data.interactions.users
    func counted(_ rows: [Int32]) -> [Int] {
      var counts = [Int](repeating: 0, count: data.users.count)
      for row in rows { counts[Int(users[Int(row)])] += 1 }
      return counts
    }
    let all = Groups.sizes(by: users, count: data.users.count)
    guard let division else {
      return [PartCounts(name: "", users: all.filter { $0 > 0 }.map { (own: $0, all: $0) })]
    }
    var parts = [(name: "train", rows: division.train)]
    if !test.isNone { parts.append((name: "test", rows: division.test)) }
    if let valid = division.valid, !self.valid.isNone { parts.append((name: "valid", rows: valid)) }
    parts += try otherRows(of: data)
    return parts.map { name, rows in
      PartCounts(
        name: name,
        users: zip(counted(rows), all).filter { $0.0 > 0 }
          .map { (own: $0, all: $1) })
    }
  }

  /// An option that leaves users in every part, the least change first; nil where one alone does not help.
  private func remedy(_ parts: [PartCounts]) -> String? {
    func varied(_ change: (inout TaskSplitting) -> Void) -> TaskSplitting {
      var copy = self
      change(&copy)
      return copy
    }
    if case .count(let count)? = query, count > 1,
      let fit = fitting(1...count - 1, parts, { number in varied { $0.query = .count(number) } })
    {
      return "query=\(fit.query?.least ?? 1)"
    }
    if case .count(let count) = support, count > 1,
      let fit = fitting(1...count - 1, parts, { number in varied { $0.support = .count(number) } })
    {
      return "support=\(fit.support.least)"
    }
    let least = (query?.least ?? 1) + support.least
    if least < leastRatings,
      let fit = fitting(least...leastRatings - 1, parts, { number in varied { $0.min = number } })
    {
      return "min=\(fit.leastRatings)"
    }
    let most = parts.flatMap { $0.users.map(\.own) }.max() ?? 0
    if let max, max < most, fitting(1...1, parts, { _ in varied { $0.max = most } }) != nil {
      return "max=\(most)"
    }
    let smallest = varied {
      ($0.query, $0.support, $0.min) = (.count(1), support == .rest ? .rest : .count(1), 2)
    }
    guard fitting(1...1, parts, { _ in smallest }) != nil else { return nil }
    return (support == .rest ? "" : "support=1 ") + "query=1 min=2"
  }

  /// Why no user is left.
  ///
  /// - Parameter counts: how many ratings each user has in the part.
  func nobody(_ counts: [Int], part: String, remedy: String?) -> DatasetError {
    let rated = counts.filter { $0 > 0 }
    let most = rated.max() ?? 0
    let fewest = rated.min() ?? 0
    let place = part.isEmpty ? "" : " among the \(part) rows"
    let range = max.map { "\(leastRatings) to \($0)" } ?? "\(leastRatings) or more"
    guard most > 0 else {
      return DatasetError(
        "there are no ratings\(place)", help: ["give each part some of the values to split by"],
        code: "E0520")
    }
    var help = [
      "they have " + (fewest == most ? "" : "\(fewest) to ") + counted(most, "rating") + " each"
    ]
    if let remedy {
      help.append("a user needs query + support ratings, and min= of them: try \(remedy)")
    } else if most == 1 {
      help.append("a user with one rating there has nothing to adapt on")
    }
    return DatasetError("no user has \(range) ratings\(place)", help: help, code: "E0520")
  }
}
