import Datasets
import Language

/// On which ratings models are judged.
package enum JudgingProtocol: String, ArgumentChoice {
  case heldOut = "held-out"
  case prequential

  package var summary: String {
    switch self {
    case .heldOut: "on the query of each task, which models never see"
    case .prequential: "on each rating in the order of time, before it is learnt from"
    }
  }
}

/// How a prequential evaluation is summed up, and what it costs.
package struct PrequentialOptions: Sendable {
  /// How many ratings a sliding mean is over; a tenth of all, and 50 at least, if nil.
  var window: Int?
  /// How often baselines are fitted anew that do not learn from every rating.
  var refits = 20

  /// The options as parameters of something that has them at `path`.
  static func parameters<Root>(_ path: Path<Root, PrequentialOptions>) -> [Parameter<Root>] {
    own.map { $0.lifted(along: path) }
  }

  private static let own: [Parameter<PrequentialOptions>] = [
    .option(
      "window", \.window, in: 2...100_000_000,
      "of prequential, how many ratings a sliding mean is over; a tenth of all if not given"),
    .option(
      "refits", \.refits, in: 1...100_000,
      "of prequential, how often those are fitted anew that do not learn from every rating"),
  ]

  /// Over how many of so many events a sliding mean is.
  func window(of count: Int) throws(CommandFailure) -> Int {
    let own = window ?? max(min(50, count), count / 10)
    guard own <= count else {
      throw CommandFailure(
        "E0302", "window=\(own) is more than the \(counted(count, "rating")) of the stream",
        help: ["allowed: 2 to \(count)"], argument: "window")
    }
    return own
  }
}
