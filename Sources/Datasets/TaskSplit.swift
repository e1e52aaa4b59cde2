/// One learning problem: the ratings of one user, or of one item where tasks are of items, by their row numbers.
package struct UserTask: Sendable, Equatable {
  /// The user whose ratings these are, or the item, seen as a user.
  package var user: Int32
  /// Rows to adapt on.
  package var support: [Int32]
  /// Rows to be judged on.
  package var query: [Int32]
  /// Rows of a task to learn from that its sizes leave over. Whatever learns from the task knows them as well:
  /// how many ratings a new user gives does not change what is known of the old ones.
  package var spare: [Int32]

  package init(user: Int32, support: [Int32], query: [Int32], spare: [Int32] = []) {
    self.user = user
    self.support = support
    self.query = query
    self.spare = spare
  }

  /// All rows that are known to whatever learns from the task.
  package var rows: [Int32] { support + query + spare }

  /// Does something with each of them.
  @inline(__always)
  func forEachRow(_ body: (Int32) -> Void) {
    for row in support { body(row) }
    for row in query { body(row) }
    for row in spare { body(row) }
  }
}

/// Tasks to learn from, to choose models by, and to report on. No user is in two parts.
package struct TaskSplit: Sendable {
  package enum Part: String, Sendable, CaseIterable { case train, valid, test }

  package var train: [UserTask]
  package var valid: [UserTask]
  package var test: [UserTask]
  /// Further test parts beside the same training, such as MeLU's other states, or the phases of new users.
  package var others: [NamedPart] = []
  /// Whose feedback a task is; rows and numbers are those of the data as they are seen by it.
  package var owner = TaskOwner.users
  /// How many ratings are known in each phase, which are `others` then; the test part is the last of them.
  package var knownCounts: [Int] = []
  /// How many of the new ones have no rating to be judged on behind the last phase.
  package var unjudged = 0
  /// Which ratings are left out as outliers, where that was asked for.
  package var screening: Screening?
  /// Which categories each part has, where they were dealt out.
  package var dealt: DealtCategories?
  /// Which items are held out of interactions, where some are.
  package var heldOut: HeldOutItems?
  /// The size that was chosen for the data, where the usual one does not fit them.
  package var fittedSize: FittedSize?
  /// How it can be made again with other chance; nil when it was made otherwise.
  package var splitting: TaskSplitting?
  /// How it was made, in one line: `by=user support=rest query=10 min=13 max=100 seed=7`.
  package var recipe: String
  /// Equal for equal data and equal training and validation tasks; a model remembers the one it was
  /// trained on, and may be judged on any test tasks beside them.
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

  /// Test tasks with a name of their own.
  package struct NamedPart: Sendable, Equatable {
    package var name: String
    package var tasks: [UserTask]

    package init(name: String, tasks: [UserTask]) {
      self.name = name
      self.tasks = tasks
    }
  }

  /// The data set that alone is tested on, of several that stand side by side.
  package func testedDomain(of data: Dataset) -> String? {
    guard let splitting, splitting.by == .domain, case .values(let names) = splitting.test,
      names.count == 1
    else { return nil }
    return names.first { data.domains.contains($0) }
  }

  /// Every part with its name, in the order they are shown.
  package var allParts: [NamedPart] {
    let own: [Part] = knownCounts.isEmpty ? [.train, .valid, .test] : [.train, .valid]
    return own.map { NamedPart(name: $0.rawValue, tasks: self[$0]) } + others
  }

  package subscript(part: Part) -> [UserTask] {
    switch part {
    case .train: train
    case .valid: valid
    case .test: test
    }
  }
}
