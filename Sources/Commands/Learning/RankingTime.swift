import Datasets
import Evaluation
import Kernels
import Language
import MetaLearning
import Models
import Reports

/// How long some models take for the list of one user, of all items, on one thread: adapting and ranking.
struct RankingTime {
  /// For each model the seconds of a list, the least mean over the rounds.
  private(set) var seconds: [Double]
  private let users: Int
  private let items: Int

  private static let mostUsers = 50
  private static let rounds = 5
  private static let length = 10

  /// Times them in turns, so that what else the machine does meets all alike.
  init(of models: [TrainedModel], _ trial: Trial, _ host: any Host) throws {
    let contexts = trial.tasks.prefix(Self.mostUsers).map {
      UserContext($0, in: trial.dataset.interactions)
    }
    let all = trial.dataset.items(in: nil)
    seconds = models.map { _ in .infinity }
    (users, items) = (contexts.count, all.count)
    // The first round fills what is computed once, and is not counted.
    for round in 0...Self.rounds {
      for (place, model) in models.enumerated() {
        try host.checkpoint(
          Progress(
            "compress", done: Double(round), total: Double(Self.rounds + 1), unit: "rounds",
            detail: "ranking"))
        let start = host.now()
        for context in contexts {
          _ = try model.best(Self.length, of: all, for: context, threads: 1)
        }
        if Cancellation.isRequested { throw Interrupted() }
        let mean = (host.now() - start) / Double(max(1, contexts.count))
        if round > 0 { seconds[place] = min(seconds[place], mean) }
      }
    }
  }

  /// Before, after and their ratio.
  var row: [Table.Cell] {
    let ratio = seconds[0] > 0 ? fixed(seconds[1] / seconds[0] * 100, digits: 1) : "–"
    return [.text("time for a user's list")] + seconds.map { .text(Self.text($0)) }
      + [.text("\(ratio) % of the time")]
  }

  var footnote: String {
    "lists: \(Self.length) of \(counted(items, "item")), \(counted(users, "user")), adapting included, one thread, in turns; the "
      + "weights are unpacked in memory"
  }

  private static func text(_ seconds: Double) -> String {
    seconds < 1 ? "\(fixed(seconds * 1000, digits: 3)) ms" : "\(fixed(seconds, digits: 2)) s"
  }
}
