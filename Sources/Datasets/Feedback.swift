import Kernels
import Language

/// What one row of data says.
package enum Feedback: String, Sendable {
  /// A user gave an item a rating.
  case ratings
  /// Something happened between a user and an item: a click, a purchase, a play. There is no scale; what did
  /// not happen is unknown, not bad.
  case interactions
}

extension Noun {
  package static let data = Noun(
    "data", isPlural: true, absence: "no data are loaded", remedy: "load data")
  /// Data with a scale, which errors and losses of ratings have a meaning for.
  package static let scale = Noun(
    "scale", phrase: "ratings", isPlural: true,
    absence: "the data are interactions, which have no ratings", remedy: "load data",
    advice:
      "interactions are learnt with loss=bce, bpr or softmax and judged by where taken items stand: "
      + "`evaluate ndcg@20 recall@20`",
    kindOf: .data)
  /// Data of what happened, which have no scale.
  package static let interactions = Noun(
    "interactions", isPlural: true, absence: "the data are ratings, not interactions",
    remedy: "binarize keep=likes", kindOf: .data)
}

extension RatingScale {
  /// Of interactions: 1 for what happened, 0 for what is drawn as not having happened.
  package static let happened = RatingScale(0, 1)
}

extension Dataset {
  /// The rows as interactions: one for each pair of a user and an item, at the time it first happened. Counts
  /// of a pair add up, and rows that count 0 are left out.
  ///
  /// - Parameter counts: how much each row counts; each 1 if nil.
  package func asInteractions(counts: [Float]? = nil) throws(DatasetError) -> Dataset {
    var data = self
    if let counts {
      if let odd = counts.firstIndex(where: { !($0 >= 0 && $0.isFinite) }) {
        throw DatasetError(
          "row \(odd + 1) counts \(Number.text(counts[odd].asWritten)); a count is 0 or more",
          code: "E0512")
      }
      data.interactions.counts = counts
      let happened = (0..<Int32(counts.count)).filter { counts[Int($0)] > 0 }
      let none = counts.count - happened.count
      if none > 0 {
        guard !happened.isEmpty else {
          throw DatasetError("every row counts 0: nothing has happened", code: "E0530")
        }
        data = data.keeping(rows: happened)
        data.notes.append("\(counted(none, "row")) with a count of 0 left out")
      }
    }
    try DatasetError.throwIfUnwanted()
    data.feedback = .interactions
    data.showings = nil
    data.scale = .happened
    let events = data.interactions
    if events.hasRepeats {
      data.interactions = events.addedUp
      data.log = events
    }
    data.interactions.ratings = Array(repeating: 1, count: data.interactions.count)
    try DatasetError.throwIfUnwanted()
    return data
  }

  /// The interactions that ratings stand for.
  ///
  /// - Parameter threshold: the lowest rating that counts as one; each does if nil.
  /// - Returns: nil where no rating reaches the threshold.
  package func liked(from threshold: Float?) throws(DatasetError) -> Dataset? {
    guard let threshold else { return try asInteractions() }
    let rows = (0..<Int32(interactions.count)).filter {
      interactions.ratings[Int($0)] >= threshold
    }
    guard !rows.isEmpty else { return nil }
    return try (rows.count == interactions.count ? self : keeping(rows: rows)).asInteractions()
  }

  /// Interactions that count so much more or less each, row by row as they came.
  func counting(_ weights: [Float]) throws(DatasetError) -> Dataset {
    var data = self
    data.interactions = log ?? interactions
    let weighty = (0..<Int32(weights.count)).filter { weights[Int($0)] != 0 }
    if weighty.count < weights.count { data = data.keeping(rows: weighty) }
    data.log = nil
    let rows = data.interactions
    var result = try data.asInteractions(
      counts: weighty.enumerated().map { weights[Int($1)] * rows.count(of: $0) })
    let none = weights.count - weighty.count
    if none > 0 { result.notes.append("\(counted(none, "row")) with a weight of 0 left out") }
    // Weighing once more starts from what the rows counted before.
    result.log = rows
    return result
  }
}

extension Interactions {
  /// How much a row counts.
  package func count(of row: Int) -> Float { counts.isEmpty ? 1 : counts[row] }

  /// One row for each pair of a user and an item, the first of its rows, with the sum of their counts.
  var addedUp: Interactions {
    let (rows, starts) = pairs
    var sums = [Float](repeating: 0, count: count)
    var isFirst = [Bool](repeating: false, count: count)
    for (start, end) in zip(starts, starts.dropFirst()).whileWanted() {
      let first = Int(rows[start])
      isFirst[first] = true
      sums[first] = Float(rows[start..<end].reduce(0.0) { $0 + Double(count(of: Int($1))) })
    }
    var kept = selecting((0..<Int32(count)).filter { isFirst[Int($0)] })
    kept.counts = isFirst.indices.filter { isFirst[$0] }.map { sums[$0] }
    return kept
  }
}
