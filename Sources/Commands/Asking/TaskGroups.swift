import Datasets
import Evaluation
import Language
import Reports

/// Divides tasks into groups: by their number of support ratings, by a feature of their users, or by a
/// feature of the rated items.
struct TaskGroups {
  /// The tasks of one group.
  typealias Group = (name: String, tasks: [UserTask])

  /// How many categories each user or item has, and which.
  private struct Feature {
    var isOfUsers: Bool
    var names: [String]
    var offsets: [Int32]
    var codes: [Int32]

    func has(_ category: Int, _ entity: Int32) -> Bool {
      codes[Int(offsets[Int(entity)])..<Int(offsets[Int(entity) + 1])].contains(Int32(category))
    }
  }

  let by: String
  private let items: [Int32]
  /// Nil when tasks are grouped by activity.
  private let feature: Feature?

  init(_ by: String, _ data: Dataset) throws(CommandFailure) {
    self.by = by
    items = data.interactions.items
    let known =
      data.users.features.compactMap { Self.feature($0, isOfUsers: true) }
      + data.items.features.compactMap { Self.feature($0, isOfUsers: false) }
    feature = by == "activity" ? nil : known.first { $0.name == by }?.feature
    guard by == "activity" || feature != nil else {
      let names = ["activity"] + known.map(\.name)
      throw CommandFailure(
        "E0521", "users and items cannot be told apart by `\(by)`",
        help: ["known here: " + names.joined(separator: ", ")],
        suggestions: suggestions(for: by, among: names), argument: by)
    }
  }

  private static func feature(
    _ feature: Datasets.Feature, isOfUsers: Bool
  ) -> (name: String, feature: Feature)? {
    guard case .categories(let names, let offsets, let codes) = feature.values else { return nil }
    return (
      feature.name,
      Feature(isOfUsers: isOfUsers, names: names.names, offsets: offsets, codes: codes)
    )
  }

  /// How the groups were made, for a footnote.
  var definition: String {
    guard let feature else {
      return
        "activity: thirds of the users by the number of support ratings, equal numbers together"
    }
    return feature.isOfUsers
      ? "\(by): a feature of the users; one with several values is in several groups"
      : "\(by): a feature of the items; only query ratings of such items are judged, and items with "
        + "several values are in several groups"
  }

  /// The groups that are not empty, in their order.
  func groups(of tasks: [UserTask]) -> [Group] {
    guard let feature else { return Self.byActivity(tasks) }
    return feature.names.indices.compactMap { category in
      let own = tasks.compactMap { task -> UserTask? in
        if feature.isOfUsers { return feature.has(category, task.user) ? task : nil }
        var part = task
        part.query = task.query.filter { feature.has(category, items[Int($0)]) }
        return part.query.isEmpty ? nil : part
      }
      return own.isEmpty ? nil : (feature.names[category], own)
    }
  }

  private static func byActivity(_ tasks: [UserTask]) -> [Group] {
    let counts = tasks.map(\.support.count).sorted()
    guard !counts.isEmpty else { return [] }
    let bounds = [0, counts[counts.count / 3], counts[2 * counts.count / 3], Int.max]
    return ["few", "some", "many"].enumerated().compactMap { third, name in
      let range = bounds[third]..<max(bounds[third], bounds[third + 1])
      let own = tasks.filter { range.contains($0.support.count) }
      return own.isEmpty ? nil : (name, own)
    }
  }
}

extension Dataset {
  /// What tells groups of tasks apart where nobody says it: the data sets that stand side by side.
  var grouping: String? {
    domains.count > 1 && owner == .users ? Self.domainFeature : nil
  }
}

/// The metrics of every recommender in every group.
struct GroupLeaderboard {
  let groups: TaskGroups
  private var names: [String] = []
  private var repeats: [String: Repeats] = [:]

  init(_ groups: TaskGroups) { self.groups = groups }

  /// How many groups there are.
  var count: Int { names.count }

  /// The trial of each group alone; the same for all rows.
  func parts(of trial: Trial) -> [(name: String, trial: Trial)] {
    groups.groups(of: trial.tasks).map { ($0.name, trial.restricted(to: $0.tasks)) }
  }

  /// Adds how a row does in each group.
  mutating func add(
    _ parts: [(name: String, trial: Trial)], _ judgements: some Collection<Judgement>
  ) {
    for (part, judgement) in zip(parts, judgements) {
      if repeats[part.name] == nil { names.append(part.name) }
      repeats[part.name, default: Repeats()].add(judgement, of: part.trial.tasks)
    }
  }

  /// Every row of every group.
  func table(_ metrics: [JudgedColumn]) -> Table {
    var table = Table(
      "By \(groups.by)",
      columns: [.init(groups.by), .init("users", .right), .init("model")]
        + metrics.map { .init($0.title, .right) }, footnotes: [groups.definition])
    for name in names {
      guard let own = repeats[name] else { continue }
      for (place, row) in own.means.enumerated() {
        let cells = metrics.indices.map { metric -> Table.Cell in
          guard let mean = row.mean(metric) else { return .missing }
          return row.title == Trial.chanceTitle
            ? .number(mean.mean, digits: 3) : Leaderboard.cell(mean)
        }
        table.rows.append(
          [
            .text(place == 0 ? title(name, own.tasks) : ""),
            place == 0 ? .count(own.tasks.count) : .text(""), .text(row.title),
          ] + cells)
      }
    }
    return table
  }

  /// The name of a group, with the numbers of support ratings where they tell it apart.
  private func title(_ name: String, _ tasks: [UserTask]) -> String {
    guard groups.by == "activity", let least = tasks.map(\.support.count).min(),
      let most = tasks.map(\.support.count).max()
    else { return name }
    return least == most ? "\(name) (\(least))" : "\(name) (\(least)–\(most))"
  }
}
