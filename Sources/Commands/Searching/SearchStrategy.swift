import Kernels
import Language

/// A strategy of hyper-parameter search: which runs are started, and which of them are continued.
package protocol SearchStrategy: Configurable {
  /// Whether it draws from a range without a step, rather than taking its whole numbers.
  var draws: Bool { get }
  /// What is wrong with searching that space; nil when nothing is.
  func problem(with sweep: Sweep) -> Problem?
  /// The runs to start, each given by the values of the options that vary.
  func candidates(of sweep: Sweep, key: RandomKey) -> [[Value]]
  /// The rounds for so many runs; the last one trains up to all epochs.
  func rounds(of count: Int) -> [SearchRound]
}

/// A round of a search: how many runs it continues, the best so far, and up to which share of their epochs.
package struct SearchRound: Sendable, Equatable {
  package var runs: Int
  /// The share of all epochs that they have trained when the round ends.
  package var share: Double
}

/// Every way to search.
package let searchStrategies = Catalog<any SearchStrategy>(
  "way to search", [GridSearch.self, RandomSearch.self, SuccessiveHalving.self])

extension SearchStrategy {
  package func rounds(of count: Int) -> [SearchRound] { [SearchRound(runs: count, share: 1)] }
}

/// A strategy that draws its runs at random.
protocol DrawingSearch: SearchStrategy {
  /// How many runs it starts.
  var count: Int { get }
}

extension DrawingSearch {
  package var draws: Bool { true }
  package func problem(with sweep: Sweep) -> Problem? { nil }

  package func candidates(of sweep: Sweep, key: RandomKey) -> [[Value]] {
    sweep.drawn(count, key: key)
  }
}

extension Sweep {
  /// So many different runs, drawn at random; all of them where there are no more.
  fileprivate func drawn(_ wanted: Int, key: RandomKey) -> [[Value]] {
    if let count, count <= wanted { return (0..<count).map { values($0) } }
    var stream = key.stream
    var drawn: [[Value]] = []
    // Bounded, since a small space may have too few different runs.
    for _ in 0..<100 * wanted where drawn.count < wanted {
      let values = dimensions.map { $0.drawn(&stream) }
      if !drawn.contains(values) { drawn.append(values) }
    }
    return drawn
  }
}

extension Sweep.Dimension {
  /// A random value: of an interval that spans a factor of ten or more, one with a uniform logarithm.
  fileprivate func drawn(_ stream: inout RandomStream) -> Value {
    guard case .interval(let low, let high, let isWhole) = choices else {
      return value(stream.below(count ?? 1))
    }
    let isLogarithmic = low > 0 && high >= 10 * low
    // A whole number n gets the probability of [n, n + 1).
    let end = isWhole ? high.rounded(.down) + 1 : high
    var number: Double
    if isLogarithmic {
      let (from, to) = (Elementary.log(low), Elementary.log(end))
      number = Elementary.exp(from + (to - from) * stream.uniform())
    } else {
      number = low + (end - low) * stream.uniform()
    }
    number = isWhole ? number.rounded(.down) : number.rounded(toDigits: 3)
    return .number(min(max(number, low), high))
  }
}

extension Double {
  /// Rounded to significant digits, so that scripts can spell the number that was drawn.
  fileprivate func rounded(toDigits digits: Int) -> Double {
    guard self != 0, isFinite else { return self }
    var scale = 1.0
    var size = magnitude
    while size >= 10 {
      size /= 10
      scale /= 10
    }
    while size < 1 {
      size *= 10
      scale *= 10
    }
    for _ in 1..<digits { scale *= 10 }
    return (self * scale).rounded() / scale
  }
}
