import Language
import MetaLearning
import Models

extension CommandFailure {
  /// Scores that no list and no measure can be made of.
  init(_ error: ScoreError, in session: Session) {
    let owner = session.models[error.title]?.owner ?? session.tasks?.owner ?? .users
    let data = session.data?.seen(by: owner)
    let user = error.user.flatMap { data?.users.ids.names[Int($0)] }
    let item = error.item.flatMap { data?.items.ids.names[Int($0)] }
    let what =
      item.map { "what `\(error.title)` makes of \(owner.otherNoun) \($0)" }
      ?? "a loss of `\(error.title)`"
    let isBaseline =
      session.namedBaselines[error.title] != nil || baselines.members.names.contains(error.title)
    self.init(
      "E0602", what + (user.map { " for \(owner.noun) \($0)" } ?? "") + " is no finite number",
      help: [
        isBaseline
          ? "what it was fitted to lies too far apart: `load … scale=log` brings counts nearer together"
          : "its weights have grown too large, or are not those of a training: train it again with a "
            + "smaller lr, or open another file",
        "the session is as it was before this command",
      ])
  }
}
