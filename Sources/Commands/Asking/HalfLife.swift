import Datasets
import Language
import MetaLearning
import Models

/// A length of time in which a rating comes to count half as much: `30d`, `12h`.
struct HalfLife: ArgumentReadable, Equatable {
  var seconds: Double
  var argumentText: String

  static var expectation: String { "a length of time with its unit, such as 30d or 12h" }

  static func read(_ value: Value) -> HalfLife? {
    guard case .number(let number) = value, number.unit == .seconds, number.value > 0,
      number.value.isFinite
    else { return nil }
    return HalfLife(seconds: number.value, argumentText: number.spelling)
  }

  /// Which of some recommenders weigh a user's ratings, and which take them all alike.
  func remark(on names: [String], in session: Session) -> String {
    let recommenders = SessionRecommenders(session: session)
    let weighs = { (name: String) in
      session.models[name]?.weighsSupport ?? recommenders.baseline(name)?.weighsSupport ?? false
    }
    let (own, others) = (names.filter(weighs), names.filter { !weighs($0) })
    let by = own.isEmpty ? "recency=\(argumentText) changes no row" : own.joined(separator: ", ")
    return (own.isEmpty ? by : "a user's ratings count half as much each \(argumentText) for \(by)")
      + (others.isEmpty ? "" : "; alike for " + others.joined(separator: ", "))
  }
}

extension Session {
  /// How ratings are forgotten at that half-life; nil where they are not.
  func forgetting(_ recency: HalfLife?) throws(CommandFailure) -> Forgetting? {
    guard let recency else { return nil }
    guard let rows = data?.interactions, rows.hasTimes else {
      throw CommandFailure.untimed("recency=", of: data)
    }
    if let model, !model.weighsSupport {
      throw CommandFailure(
        "E0305",
        "`\(model.title)` takes all ratings of a user alike, and recency= weighs them by their age",
        help: [
          "train one that weighs them: `meta-train maml` or `meta-train ridge`, with loss=mse"
        ],
        argument: "recency")
    }
    return Forgetting(seconds: recency.seconds, ticks: rows.ticks)
  }
}

extension Interactions {
  /// Whether the time of a row is known.
  var hasTimes: Bool { times.contains { $0 != Self.unknownTime } }
}

extension CommandFailure {
  /// Something needs times, and the data have none.
  static func untimed(_ what: String, of data: Dataset?) -> CommandFailure {
    CommandFailure(
      "E0413", "\(what) needs to know when each rating was given, and the data have no times",
      help: ["load a file that has them: `load csv \"ratings.csv\" time=COLUMN`"])
  }
}
