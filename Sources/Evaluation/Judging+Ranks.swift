import Kernels

extension Trial {
  /// What the scores of one task's candidates come to.
  struct Verdict: Sendable {
    var values: [Double?]
    var tieRate: Double
    var isFlat: Bool
    var query: JudgedQuery?
  }

  /// Says to other ranks what the verdicts on one task are; false where there are none but an error.
  static func write(
    _ outcome: Result<[Verdict?], some Error>, to message: inout MessageWriter
  ) -> Bool {
    guard case .success(let verdicts) = outcome else { return false }
    for verdict in verdicts {
      message.put(verdict != nil)
      guard let verdict else { continue }
      message.put(verdict.values)
      message.put(verdict.tieRate)
      message.put(verdict.isFlat)
      message.put(verdict.query != nil)
      guard let query = verdict.query else { continue }
      message.put(query.items)
      message.put(query.scores)
      message.put(query.ratings)
    }
    return true
  }

  /// The next verdict that another rank has written; nil for a task that is not in this trial.
  func verdict(from message: inout MessageReader) -> Verdict? {
    guard message.take(Bool.self) else { return nil }
    var verdict = Verdict(
      values: message.take([Double?].self), tieRate: message.take(Double.self),
      isFlat: message.take(Bool.self), query: nil)
    if message.take(Bool.self) {
      verdict.query = JudgedQuery(
        items: message.take([Int32].self), scores: message.take([Float].self),
        ratings: message.take([Float].self), scale: dataset.scale, background: background)
    }
    return verdict
  }
}
