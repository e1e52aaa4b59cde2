import Datasets
import Language
import Reports

/// `binarize`: ratings become likes.
struct Binarize: Command {
  var threshold = 4.0

  init() {}

  static let signature = Signature<Self>(
    "binarize", "Makes ratings 1 from a threshold on, and 0 below it.",
    [
      .filler("data"),
      .option("threshold", \.threshold, "the lowest rating that counts as a like"),
    ],
    needs: [.data], gives: [.data],
    examples: [Example("binarize threshold=4")])

  var resultFields: [ResultField]? { ["positives", "share"] }

  func run(in session: inout Session, host: any Host) throws -> Report {
    guard let data = session.data else {
      throw CommandFailure("E0401", "no data are loaded", help: ["load data"])
    }
    let (binary, positives) = data.binarized(threshold: Float(threshold))
    let count = data.interactions.count
    guard positives > 0, positives < count else {
      throw CommandFailure(
        "E0530",
        "with threshold=\(Number.text(threshold)) every rating becomes \(positives == 0 ? 0 : 1)",
        help: ["the scale is \(data.scale.text)"], argument: "threshold")
    }
    session.data = binary
    session.tasks = nil
    let share = Double(positives) / Double(count)
    return Report(
      [
        .text(
          "\(grouped(positives)) of \(counted(count, "rating")) made 1 (\(Int((100 * share).rounded())) "
            + "%), the others 0.")
      ],
      result: Record([
        .init("positives", .number(Double(positives))), .init("share", .number(share)),
      ]))
  }
}
