import Datasets
import Language
import Models
import Reports

/// The ratings of a user that an adaptation may learn from, and those it may be judged on.
struct LearnableRatings {
  var context: UserContext
  var query: [UserContext.Rating]
}

extension Dataset {
  /// A user's ratings as the split divides them; all of them to learn from where it does not.
  ///
  /// - Parameter dividingAll: whether a training user's are divided, too. They are all known to the model.
  func learnable(
    _ user: Int, _ tasks: TaskSplit?, dividingAll: Bool = false, notes: inout [Report.Block]
  ) -> LearnableRatings {
    for part in [TaskSplit.Part.test, .valid] {
      if let task = tasks?[part].first(where: { $0.user == user }) {
        let name = part == .test ? "test" : "validation"
        notes.append(
          .note(
            "A \(name) user: adapted on the support; "
              + counted(task.query.count, "query \(noun) stays", "query \(noun)s stay") + " unseen."
          ))
        return LearnableRatings(
          context: UserContext(task, in: interactions), query: ratings(task.query))
      }
    }
    if let task = tasks?.train.first(where: { $0.user == user }) {
      if dividingAll {
        notes.append(.note("A training user: the model was trained on the query \(noun)s as well."))
        return LearnableRatings(
          context: UserContext(task, in: interactions), query: ratings(task.query))
      }
      notes.append(.note("A training user: the model has seen all of these \(noun)s."))
    } else if tasks != nil {
      notes.append(.note("In no task of the split: adapted on all of these \(noun)s."))
    }
    let rows = interactions.users.indices.filter { Int(interactions.users[$0]) == user }
    return LearnableRatings(
      context: UserContext(user: Int32(user), support: ratings(rows.map { Int32($0) })), query: [])
  }

  private func ratings(_ rows: [Int32]) -> [UserContext.Rating] {
    rows.map { UserContext.Rating(row: $0, of: interactions) }
  }
}
