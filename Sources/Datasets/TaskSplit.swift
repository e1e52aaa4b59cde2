/// One learning problem: the ratings of one user (or of one group), by their row numbers.
package struct UserTask: Sendable, Equatable {
  /// The user whose ratings these are.
  package var user: Int32
  /// Rows to adapt on.
  package var support: [Int32]
  /// Rows to be judged on.
  package var query: [Int32]

  package init(user: Int32, support: [Int32], query: [Int32]) {
    self.user = user
    self.support = support
    self.query = query
  }
}

/// Tasks to learn from, to choose models by, and to report on. No user is in two parts.
package struct TaskSplit: Sendable {
  package enum Part: String, Sendable, CaseIterable { case train, valid, test }

  package var train: [UserTask]
  package var valid: [UserTask]
  package var test: [UserTask]
  /// How it was made, in one line: `by=user support=rest query=10 min=13 max=100 seed=7`.
  package var recipe: String
  /// Equal for equal data and equal tasks; a model remembers the one it was trained on.
  package var fingerprint: UInt64

  package init(
    train: [UserTask], valid: [UserTask], test: [UserTask], recipe: String, fingerprint: UInt64
  ) {
    self.train = train
    self.valid = valid
    self.test = test
    self.recipe = recipe
    self.fingerprint = fingerprint
  }

  package subscript(part: Part) -> [UserTask] {
    switch part {
    case .train: train
    case .valid: valid
    case .test: test
    }
  }
}
