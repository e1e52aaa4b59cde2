import Kernels
import Language

/// `split phases 20 20 20`: new users, or items, are judged on the same ratings before any of theirs are known, after
/// 20, after 40 and after 60 (Zhao et al. 2022, CVAR; Pan et al. 2019, "Warm Up Cold-start Advertisements").
extension TaskSplitting {
  /// How many ratings are known in each phase, none in the first.
  package var knownCounts: [Int] {
    phases.isEmpty ? [] : phases.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1) }
  }

  /// What phases are called: the first is cold.
  private static func name(_ known: Int) -> String { known == 0 ? "cold" : "after-\(known)" }

  /// The names of all phases.
  package var phaseNames: [String] { knownCounts.map(Self.name) }

  /// How many ratings all phases take.
  private var total: Int { phases.reduce(0, +) }

  /// The rows of those who are trained on, of those held out from them, and of the new ones.
  private typealias Owners = (
    old: [ArraySlice<Int32>], valid: [ArraySlice<Int32>], new: [ArraySlice<Int32>]
  )

  /// The training and validation tasks, and those of each phase.
  func phased(
    _ data: Dataset, key: RandomKey
  ) throws(DatasetError) -> (parts: Parts, phases: [TaskSplit.NamedPart], unjudged: Int) {
    let places = try places(in: data)
    let owners = try owners(of: data, key: key)
    let rows = key.derived("task")
    func ordered(_ group: ArraySlice<Int32>) -> (user: Int32, rows: [Int32]) {
      let user = data.interactions.users[Int(group[group.startIndex])]
      let own = rows.derived(data.users.ids.names[Int(user)])
      return (user, self.ordered(group, places, own, newestFirst: false))
    }
    /// As in a phase that is drawn, so that all phases are learnt.
    func task(_ group: ArraySlice<Int32>) -> UserTask {
      let (user, rows) = ordered(group)
      var chance = key.derived("phase").derived(data.users.ids.names[Int(user)]).stream
      let known = Swift.min(knownCounts[chance.below(knownCounts.count)], rows.count - 1)
      return UserTask(user: user, support: Array(rows[..<known]), query: Array(rows[known...]))
    }
    let judged = owners.new.filter { $0.count > total }
    guard !judged.isEmpty else { throw tooLong(owners.new, data) }
    let divided = judged.whileWanted(asking: 0x40).map(ordered)
    let phases = knownCounts.map { known in
      TaskSplit.NamedPart(
        name: Self.name(known),
        tasks: divided.map { user, rows in
          UserTask(user: user, support: Array(rows[..<known]), query: Array(rows[total...]))
        })
    }
    return (
      (
        owners.old.whileWanted(asking: 0x40).map(task),
        owners.valid.whileWanted(asking: 0x40).map(task), phases.last?.tasks ?? []
      ), phases, owners.new.count - judged.count
    )
  }

  /// Who is old and who is new, in the order of the data: as a column says, by the number of ratings, or by chance.
  private func owners(of data: Dataset, key: RandomKey) throws(DatasetError) -> Owners {
    var old: [ArraySlice<Int32>]
    let new: [ArraySlice<Int32>]
    let least = min ?? total + 1
    if from != nil, let division = try division(of: data, key: key) {
      old = data.rowsByUser(among: division.train).filter { $0.count > 1 }
      new = data.rowsByUser(among: division.test).filter {
        $0.count >= least && $0.count <= max ?? .max
      }
      if let rows = division.valid {
        return (old, data.rowsByUser(among: rows).filter { $0.count > 1 }, new)
      }
    } else {
      let groups = data.rowsByUser().filter { $0.count >= Swift.max(least, 2) }
      if let max {
        (old, new) = (groups.filter { $0.count > max }, groups.filter { $0.count <= max })
      } else {
        let isNew = drawn(test, of: groups.count, key.derived("parts"))
        old = groups.indices.filter { !isNew[$0] }.map { groups[$0] }
        new = groups.indices.filter { isNew[$0] }.map { groups[$0] }
      }
    }
    guard !old.isEmpty || !new.isEmpty else { throw tooLong(new, data) }
    let isHeld = drawn(valid, of: old.count, key.derived("valid"))
    let held = old.indices.filter { isHeld[$0] }.map { old[$0] }
    old = old.indices.filter { !isHeld[$0] }.map { old[$0] }
    guard !old.isEmpty else { throw nobodyToTrainOn(data) }
    return (old, held, new)
  }

  private func nobodyToTrainOn(_ data: Dataset) -> DatasetError {
    guard let max else {
      return DatasetError(
        "no user is left to train on", help: ["try smaller shares: valid=10% test=10%"],
        code: "E0520")
    }
    let most = data.rowsByUser().map(\.count).max() ?? 0
    return DatasetError(
      "no user is left to train on: those with more than max=\(max) ratings are, and the most are \(most)",
      help: ["try a smaller max=, or leave it out: test= of them are new then"], argument: "max",
      code: "E0520")
  }

  /// Why no new user is left to be judged.
  private func tooLong(_ new: [ArraySlice<Int32>], _ data: Dataset) -> DatasetError {
    let most = (new.isEmpty ? data.rowsByUser().map(\.count) : new.map(\.count)).max() ?? 0
    let size = (most - 1) / Swift.max(1, phases.count)
    let bounds = max.map { " with \(min ?? total + 1) to \($0) ratings" } ?? ""
    return DatasetError(
      "no new user\(bounds) has more than \(counted(total, "rating")), which the phases take together",
      help: [
        "the most that one has: \(most)",
        size > 0
          ? "shorter ones fit: phases " + phases.map { _ in "\(size)" }.joined(separator: " ")
          : "use fewer phases",
      ], argument: "phases", code: "E0520")
  }
}
