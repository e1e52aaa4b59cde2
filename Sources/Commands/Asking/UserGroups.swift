import Datasets
import Language
import Reports

/// Tasks in groups: by how many support ratings they have, or by a feature of their users.
struct UserGroups {
  struct Group {
    var name: String
    var tasks: [Int]
  }

  private(set) var groups: [Group] = []
  /// How the groups were made, for a footnote.
  let definition: String

  init(_ by: String, _ tasks: [UserTask], _ data: Dataset) throws(CommandFailure) {
    if by == "activity" {
      definition = "activity: thirds of the users by the number of support ratings"
      groups = Self.byActivity(tasks)
      return
    }
    guard let feature = data.users.features.first(where: { $0.name == by }),
      case .categories(let vocabulary, let offsets, let codes) = feature.values
    else {
      let known =
        ["activity"]
        + data.users.features.compactMap { feature in
          if case .categories = feature.values { feature.name } else { nil }
        }
      throw CommandFailure(
        "E0521", "users cannot be told apart by `\(by)`",
        help: ["known here: " + known.joined(separator: ", ")],
        suggestions: suggestions(for: by, among: known), argument: by)
    }
    definition = "\(by): a feature of the users; one with several values is in several groups"
    var members = Array(repeating: [Int](), count: vocabulary.count)
    for (index, task) in tasks.enumerated() {
      let user = Int(task.user)
      for place in Int(offsets[user])..<Int(offsets[user + 1]) {
        members[Int(codes[place])].append(index)
      }
    }
    groups = members.indices.filter { !members[$0].isEmpty }
      .map { Group(name: vocabulary.names[$0], tasks: members[$0]) }
  }

  private static func byActivity(_ tasks: [UserTask]) -> [Group] {
    let order = tasks.indices.sorted {
      (tasks[$0].support.count, $0) < (tasks[$1].support.count, $1)
    }
    return ["few", "some", "many"].enumerated().compactMap { third, word in
      let part = order[third * order.count / 3..<(third + 1) * order.count / 3]
      guard let first = part.first, let last = part.last else { return nil }
      let range = "\(tasks[first].support.count)–\(tasks[last].support.count)"
      return Group(name: "\(word) (\(range))", tasks: part.sorted())
    }
  }
}
