import Datasets
import Language
import Reports

/// `binarize`: ratings become likes.
struct Binarize: WithholdingCommand {
  /// What is made of ratings.
  enum Kept: String, ArgumentChoice {
    case ratings, likes, all

    var summary: String {
      switch self {
      case .ratings: "every rating, as 1 from the threshold on and 0 below it"
      case .likes: "those from the threshold on, as interactions"
      case .all: "every rating, as an interaction, whatever its value"
      }
    }
  }

  var threshold: Double?
  var kept = Kept.ratings

  init() {}

  static let signature = Signature<Self>(
    "binarize", "Makes likes of ratings: 1 from a threshold on and 0 below it, or interactions.",
    details: """
      Interactions have no scale and no dislikes: models are trained on them against items drawn from \
      those that a user did not take, and judged by ranking all items. `keep=likes` forgets low ratings, \
      `keep=all` what the ratings say.
      """,
    [
      .filler("data"),
      .option(
        "threshold", \.threshold, "the lowest rating that counts as a like; 4 if not given"),
      .option("keep", \.kept, "what is made of ratings"),
    ],
    needs: [.data, .scale], gives: [.data, .scale, .interactions],
    examples: [
      Example("binarize threshold=4"),
      Example("binarize threshold=4 keep=likes", "interactions, as clicks are"),
    ])

  var withheld: [Noun] { [kept == .ratings ? .interactions : .scale] }

  var resultFields: [ResultField]? { ["positives", "share"] }

  func run(in session: inout Session, host: any Host) throws -> Report {
    guard let data = session.data else {
      throw CommandFailure("E0401", "no data are loaded", help: ["load data"])
    }
    try data.requireRatings(for: "binarize")
    if kept == .all, let threshold {
      throw CommandFailure(
        "E0306", "keep=all takes every rating, whatever threshold=\(Number.text(threshold)) says",
        help: ["binarize keep=all", "binarize threshold=\(Number.text(threshold)) keep=likes"],
        argument: "threshold")
    }
    let lowest = Float(threshold ?? 4)
    let count = data.interactions.count
    let (binary, positives) = try result(of: data, from: lowest)
    guard positives > 0, positives < count || kept != .ratings else {
      throw CommandFailure(
        "E0530",
        "with threshold=\(Number.text(lowest.asWritten)) every rating becomes \(positives == 0 ? 0 : 1)",
        help: ["the scale is \(data.scale.text)"], argument: "threshold")
    }
    session.data = binary
    session.tasks = nil
    let share = Double(positives) / Double(count)
    return Report(
      [.text(sentence(data, binary, positives, share))],
      result: Record([
        .init("positives", .number(Double(positives))), .init("share", .number(share)),
      ]))
  }

  /// What becomes of the data, and how many ratings are positive.
  private func result(of data: Dataset, from lowest: Float) throws -> (Dataset, Int) {
    guard kept != .ratings else { return data.binarized(threshold: lowest) }
    let liked = try reading { try data.liked(from: kept == .likes ? lowest : nil) }
    let positives =
      kept == .all
      ? data.interactions.count : data.interactions.ratings.count { $0 >= lowest }
    return (liked ?? data, liked == nil ? 0 : positives)
  }

  private func sentence(
    _ before: Dataset, _ data: Dataset, _ positives: Int, _ share: Double
  ) -> String {
    let count = before.interactions.count
    guard kept != .ratings else {
      return "\(grouped(positives)) of \(counted(count, "rating")) made 1 "
        + "(\(Int((100 * share).rounded())) %), the others 0."
    }
    let what =
      kept == .all
      ? "\(counted(count, "rating")) made interactions"
      : "\(grouped(positives)) of \(counted(count, "rating")) made interactions "
        + "(\(Int((100 * share).rounded())) %), the others left out"
    return "\(what): \(data.sizes)\(data.scaleOrCounts)."
  }
}
