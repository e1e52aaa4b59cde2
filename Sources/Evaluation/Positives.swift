import Datasets
import Language

/// Which of the rated candidates count as positive.
package enum Positives: Sendable, Equatable {
  /// A rating in the highest quarter of the scale: 4 and 5 of 1…5, 1 of 0…1.
  case high
  /// A rating of at least this much.
  case atLeast(Float)
  /// As many of the best-rated as the cutoff is; equal ratings at the edge share their places.
  case top
  /// This many of the best-rated; equal ratings at the edge share their places.
  case topMost(Int)

  /// The lowest positive rating, if the rule is a threshold.
  package func threshold(on scale: RatingScale) -> Float? {
    switch self {
    case .high: scale.lowest + 0.75 * (scale.highest - scale.lowest)
    case .atLeast(let threshold): threshold
    case .top, .topMost: nil
    }
  }

  /// The rule in words for a footnote: "rating ≥ 4".
  package func definition(on scale: RatingScale) -> String {
    switch self {
    case .high, .atLeast:
      "rating ≥ \(Number.text((threshold(on: scale) ?? 0).asWritten))"
    case .top: "as many best-rated candidates as the cutoff, equal ratings by expectation"
    case .topMost(let count): "the \(count) best-rated candidates, equal ratings by expectation"
    }
  }
}

extension Positives: ArgumentReadable {
  package static var expectation: String {
    "the lowest positive rating (`4`), `high`, `top` or `top5`"
  }

  package static var namedValues: [NamedValue] {
    [
      NamedValue("high", "ratings in the highest quarter of the scale"),
      NamedValue("top", "as many best-rated candidates as the cutoff"),
      NamedValue("top5", "the 5 best-rated candidates"),
    ]
  }

  package var argumentText: String {
    switch self {
    case .high: "high"
    case .atLeast(let threshold): Number.text(threshold.asWritten)
    case .top: "top"
    case .topMost(let count): "top\(count)"
    }
  }

  package static func read(_ value: Value) -> Positives? {
    if let threshold = Double.read(value) { return .atLeast(Float(threshold)) }
    switch String.read(value) {
    case "high"?: return .high
    case "top"?: return .top
    case let word? where word.hasPrefix("top"):
      guard let count = Int(word.dropFirst(3)), count > 0 else { return nil }
      return .topMost(count)
    case let word? where word.hasSuffix("+"):
      return Float(decimal: word.dropLast()).map { .atLeast($0) }
    default: return nil
    }
  }
}

/// The positives of one query. Where equal ratings compete for the last places among the best, the
/// winners are drawn: every choice of `drawn` out of the `contested` candidates is equally likely.
struct PositiveSet {
  enum Kind { case positive, contested, negative }

  let kinds: [Kind]
  let contested: Int
  let drawn: Int
  /// How many candidates are positive.
  let count: Int

  /// - Parameter cutoff: what `.top` means by "as many as the cutoff".
  init(_ rule: Positives, of query: JudgedQuery, cutoff: Int?) {
    var best: Int?
    switch rule {
    case .high, .atLeast: break
    case .top: best = cutoff ?? max(1, query.ratings.count / 2)
    case .topMost(let count): best = count
    }
    var kinds = Array(repeating: Kind.negative, count: query.count)
    var contested = 0
    var drawn = 0
    if let best, best < query.ratings.count {
      let edge = query.ratings.sorted(by: >)[best - 1]
      let above = query.ratings.count { $0 > edge }
      contested = query.ratings.count { $0 == edge }
      drawn = best - above
      if drawn == contested { (contested, drawn) = (0, 0) }
      for (index, rating) in query.ratings.enumerated() where rating >= edge {
        kinds[index] = rating > edge || contested == 0 ? .positive : .contested
      }
    } else {
      let threshold = rule.threshold(on: query.scale) ?? -Float.infinity
      for (index, rating) in query.ratings.enumerated() where rating >= threshold {
        kinds[index] = .positive
      }
    }
    self.kinds = kinds
    self.contested = contested
    self.drawn = drawn
    count = kinds.count { $0 == .positive } + drawn
  }

  /// The probability that this candidate is positive.
  func probability(_ index: Int) -> Double {
    switch kinds[index] {
    case .positive: 1
    case .contested: Double(drawn) / Double(contested)
    case .negative: 0
    }
  }

  /// The probability that two given contested candidates are both positive.
  var bothDrawn: Double {
    guard contested > 1 else { return 0 }
    return Double(drawn * (drawn - 1)) / Double(contested * (contested - 1))
  }

  /// The probability that of two given contested candidates the first is positive, the other not.
  var firstDrawn: Double {
    guard contested > 1 else { return 0 }
    return Double(drawn * (contested - drawn)) / Double(contested * (contested - 1))
  }

  /// How many candidates of these ranks are certain positives, contested, and negative.
  func counts(_ ranks: Range<Int>, in query: JudgedQuery) -> KindCounts {
    var counts = KindCounts()
    for rank in ranks {
      switch kinds[query.order[rank]] {
      case .positive: counts.positive += 1
      case .contested: counts.contested += 1
      case .negative: counts.negative += 1
      }
    }
    return counts
  }

  /// The probability that none of `seen` contested candidates is drawn.
  private func passedOver(_ seen: Int) -> Double {
    var probability = 1.0
    for index in 0..<drawn {
      probability *= Double(max(0, contested - seen - index)) / Double(contested - index)
    }
    return probability
  }

  /// The probability that the first r ranks hold no positive, for r = 0…`cutoff` (or as far as the
  /// candidates reach), over all orders of equal scores and all draws of contested positives.
  func missProbabilities(to cutoff: Int, in query: JudgedQuery) -> [Double] {
    var misses = [1.0]
    var seen = 0
    var isMet = false
    for tie in query.ties {
      let kinds = query.order[tie].map { self.kinds[$0] }
      let contestedHere = kinds.count { $0 == .contested }
      let negatives = kinds.count { $0 == .negative }
      // chances[j]: the places filled so far hold j contested candidates and no certain positive.
      var chances = [isMet ? 0 : 1.0]
      for filled in 0..<tie.count {
        guard misses.count <= cutoff else { return misses }
        let left = Double(tie.count - filled)
        var next = Array(repeating: 0.0, count: min(contestedHere, filled + 1) + 1)
        for (j, chance) in chances.enumerated() where chance > 0 {
          let contestedLeft = contestedHere - j
          let negativesLeft = negatives - (filled - j)
          if contestedLeft > 0 { next[j + 1] += chance * Double(contestedLeft) / left }
          if negativesLeft > 0 { next[j] += chance * Double(negativesLeft) / left }
        }
        chances = next
        var miss = 0.0
        for (j, chance) in chances.enumerated() { miss += chance * passedOver(seen + j) }
        misses.append(miss)
      }
      seen += contestedHere
      isMet = isMet || kinds.contains(.positive)
    }
    return misses
  }
}

/// How many candidates of each kind there are.
struct KindCounts {
  var positive = 0.0
  var contested = 0.0
  var negative = 0.0

  static func + (a: KindCounts, b: KindCounts) -> KindCounts {
    KindCounts(
      positive: a.positive + b.positive, contested: a.contested + b.contested,
      negative: a.negative + b.negative)
  }
}
