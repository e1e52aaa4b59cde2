import Kernels
import Language

/// Ways to make data fit to learn from; each says how many rows it changed.
package struct Cleaning: Sendable {
  /// Which of several ratings of one item by one user is kept.
  package enum Duplicates: String, ArgumentChoice {
    case keep, first, last, mean

    package var summary: String {
      switch self {
      case .keep: "all of them"
      case .first: "the oldest; the first in the file where times are equal or there are none"
      case .last: "the newest; the last in the file where times are equal or there are none"
      case .mean: "one with their mean rating"
      }
    }
  }

  /// What becomes of unknown numbers among the features.
  package enum Missing: String, ArgumentChoice {
    case keep, drop, mean

    package var summary: String {
      switch self {
      case .keep: "leave them unknown; models have a place for that"
      case .drop: "remove ratings by such users and of such items"
      case .mean: "let them count as the mean of the training tasks' known ones"
      }
    }
  }

  /// Which ratings are too far out to be believed.
  package enum Outliers: String, ArgumentChoice {
    case keep, iqr

    package var summary: String {
      switch self {
      case .keep: "none"
      case .iqr:
        "those beyond 1.5 interquartile ranges from the quartiles of training (Tukey 1977)"
      }
    }
  }

  package var duplicates = Duplicates.keep
  /// The share of ratings that is kept, drawn at random.
  package var sample = 1.0
  package var missing = Missing.keep
  package var outliers = Outliers.keep
  /// The fewest ratings that every user and every item must have in the end.
  package var core = 0

  package init() {}

  /// One thing that was done, and to how many.
  package struct Change: Sendable, Equatable {
    package var what: String
    package var count: Int
  }

  /// The cleaned data and what was changed.
  ///
  /// - Parameter key: what a sample is drawn by; none is without it.
  package func cleaned(
    _ data: Dataset, key: RandomKey? = nil
  ) throws(DatasetError) -> (Dataset, [Change]) {
    var data = data
    var changes: [Change] = []
    func keep(
      _ rows: [Int32], _ what: String, unrated keepsItem: (Int32) -> Bool = { _ in true }
    ) throws(DatasetError) {
      // Rows that were left in their middle are no data, and the next step shall not see any.
      try DatasetError.throwIfUnwanted()
      changes.append(Change(what: what, count: data.interactions.count - rows.count))
      let unrated = data.unratedItemCount
      guard rows.count < data.interactions.count || unrated > 0 else { return }
      data = data.keeping(rows: rows, unrated: keepsItem)
      let gone = unrated - data.unratedItemCount
      if gone > 0 { changes.append(Change(what: "items without ratings removed", count: gone)) }
    }
    if duplicates != .keep {
      if duplicates == .mean { data.interactions.averagePairs() }
      try keep(data.interactions.rowsWithoutRepeats(duplicates), "repeated ratings removed")
    }
    if sample < 1, var stream = key?.stream {
      let drawn = (0..<Int32(data.interactions.count)).filter { _ in stream.uniform() < sample }
      try keep(drawn, "ratings outside the sample of \(percentText(sample)) removed")
    }
    switch missing {
    case .keep: break
    case .drop:
      let isUnknown = data.items.withUnknownNumbers
      try keep(data.rowsWithKnownNumbers, "ratings with unknown features removed") {
        !isUnknown[Int($0)]
      }
    case .mean:
      changes.append(
        Change(what: "unknown numbers that count as the training mean", count: data.fillNumbers()))
    }
    if outliers == .iqr {
      // What is far out is known once there are training tasks: `split` fits it to them.
      data.interactions.screened = data.interactions.ratings
      changes.append(
        Change(what: "ratings that `split` screens for outliers", count: data.interactions.count))
    }
    if core > 0 {
      try keep(data.interactions.core(core), "ratings outside the \(core)-core removed") { _ in
        false
      }
    }
    guard data.interactions.count > 0 else {
      throw DatasetError(
        "no rating is left",
        help: changes.map { "\($0.what): \($0.count)" }, code: "E0530")
    }
    return (data, changes)
  }
}

extension Interactions {
  /// The rows left when users and items with too few ratings go, again and again (Seidman 1983).
  func core(_ least: Int) -> [Int32] {
    var rows = Array(0..<Int32(count))
    let none = (
      users: [Int](repeating: 0, count: Int(users.max() ?? -1) + 1),
      items: [Int](repeating: 0, count: Int(items.max() ?? -1) + 1)
    )
    while true {
      var counts = none
      for row in rows.whileWanted() {
        counts.users[Int(users[Int(row)])] += 1
        counts.items[Int(items[Int(row)])] += 1
      }
      if Cancellation.isRequested { return rows }
      let kept = rows.filter {
        counts.users[Int(users[Int($0)])] >= least && counts.items[Int(items[Int($0)])] >= least
      }
      if kept.count == rows.count { return rows }
      rows = kept
    }
  }
}

extension Dataset {
  /// Rows whose user and item have no unknown number.
  var rowsWithKnownNumbers: [Int32] {
    let unknownUsers = users.withUnknownNumbers
    let unknownItems = items.withUnknownNumbers
    return (0..<Int32(interactions.count)).filter { row in
      !unknownUsers[Int(interactions.users[Int(row)])]
        && !unknownItems[Int(interactions.items[Int(row)])]
    }
  }

  /// Lets unknown numbers count as means, which are known once there are training tasks; returns how many
  /// there are.
  mutating func fillNumbers() -> Int { users.fillNumbers() + items.fillNumbers() }
}

extension Entities {
  var withUnknownNumbers: [Bool] {
    var unknown = [Bool](repeating: false, count: count)
    for feature in features {
      guard case .numbers(let numbers) = feature.values else { continue }
      for (entity, number) in numbers.enumerated() where number.isNaN { unknown[entity] = true }
    }
    return unknown
  }

  mutating func fillNumbers() -> Int {
    var filled = 0
    for index in features.indices {
      guard case .numbers(let numbers) = features[index].values else { continue }
      let unknown = numbers.count { $0.isNaN }
      guard unknown > 0, unknown < numbers.count else { continue }
      filled += unknown
      features[index].fillsWithMean = true
    }
    return filled
  }
}

extension Dataset {
  /// The data with ratings 1 from `threshold` on and 0 below it, and how many are 1.
  package func binarized(threshold: Float) -> (Dataset, positives: Int) {
    var data = self
    var positives = 0
    data.interactions.ratings = interactions.ratings.map { rating in
      positives += rating >= threshold ? 1 : 0
      return rating >= threshold ? 1 : 0
    }
    data.scale = RatingScale(0, 1)
    return (data, positives)
  }

  /// The data with each row's rating the weight of its value in a column; of interactions, what each row
  /// counts.
  package func weighted(
    by column: String, _ weights: [(value: String, weight: Float)],
    as feedback: Feedback = .ratings
  ) throws(DatasetError) -> Dataset {
    let values = try (log ?? interactions).column(column, argument: column)
    var byCode = [Float](repeating: .nan, count: values.vocabulary.count)
    for (value, weight) in weights {
      guard let code = values.vocabulary[value] else {
        throw DatasetError(
          "column `\(column)` has no value `\(value)`",
          help: ["values: " + values.vocabulary.names.prefix(12).joined(separator: ", ")],
          suggestions: suggestions(for: value, among: values.vocabulary.names),
          argument: value, code: "E0521")
      }
      byCode[code] = weight
    }
    if let without = byCode.firstIndex(where: \.isNaN) {
      throw DatasetError(
        "the value `\(values.vocabulary.names[without])` of `\(column)` has no weight",
        help: ["give every value one: \(values.vocabulary.names[without])=1"], code: "E0521")
    }
    if feedback == .interactions { return try counting(values.codes.map { byCode[Int($0)] }) }
    var data = self
    // Interactions that become ratings do so row by row, as they came.
    if let log { data.interactions = log }
    (data.log, data.interactions.counts, data.feedback) = (nil, [], .ratings)
    data.interactions.ratings = values.codes.map { byCode[Int($0)] }
    data.scale = RatingScale(spanning: byCode)
    return data
  }
}
