import Datasets
import Kernels
import Language
import Reports

extension Load {
  /// Whose the data are that ranks load.
  enum OwnedBy: String, ArgumentChoice {
    case nobody, ranks

    var summary: String {
      switch self {
      case .nobody: "all ranks have the same data"
      case .ranks: "each rank reads its own, and keeps them to itself"
      }
    }
  }

  /// The data of this rank, with the catalogue and the scale of all, and what is said of them together.
  func ownData(
    _ files: KeptFiles, since start: Double, _ host: any Host
  ) throws -> (Dataset, Report) {
    let rank = Ranks.current?.rank ?? 0
    let own = try reading {
      try Ranks.own {
        let data = try format.load(from: OwnFiles(files, of: rank))
        if let obstacle = obstacle(to: data) { throw obstacle }
        return data
      }
    }
    let all = OwnersFacts(exchanging: own)
    guard all.units.count == 1 else {
      throw CommandFailure.owned(
        "owners have ratings in different units: "
          + all.units.sorted().map { $0.isEmpty ? "as given" : $0 }.joined(separator: ", "),
        "the same options and columns for all", nil)
    }
    let data = own.owned(
      among: OwnerShare(owner: rank, counts: all.users), items: all.items, scale: all.scale)
    return (data, report(on: all, data, seconds: host.now() - start))
  }

  /// What owners do not share, though a model would have to know it of all.
  private func obstacle(to data: Dataset) -> CommandFailure? {
    if domain != nil {
      return .owned("as= sets data side by side, and these stay apart", "leave as= out", "as")
    }
    if data.feedback == .interactions {
      return .owned(
        "these are interactions, and owners train on ratings: what stands against a click is drawn by counts over all",
        "load ratings", nil)
    }
    guard !data.users.features.isEmpty || !data.items.features.isEmpty else { return nil }
    return .owned(
      "these data have features of users or items, whose values owners would have to agree on",
      "a file of ratings alone, and then `attach items` with one that is the same for all", nil)
  }

  private func report(on all: OwnersFacts, _ data: Dataset, seconds: Double) -> Report {
    let (users, ratings) = (all.users.reduce(0, +), all.ratings.reduce(0, +))
    let density = Double(ratings) / max(1, Double(users) * Double(all.items.count))
    var blocks: [Report.Block] = [
      .text(
        "Loaded data of \(counted(all.users.count, "owner")): \(counted(ratings, "rating")) of "
          + "\(counted(all.items.count, "item")) by \(counted(users, "user")), scale \(all.scale.text)."
      ),
      .table(
        Table(
          "Owners",
          columns: [
            .init("owner"), .init("users", .right), .init("ratings", .right),
            .init("items rated", .right),
          ],
          rows: all.users.indices.map { owner in
            [
              .text("rank \(owner)"), .count(all.users[owner]), .count(all.ratings[owner]),
              .count(all.itemCounts[owner]),
            ]
          },
          footnotes: [
            "what left an owner: these numbers, the ids and titles of the items that its users have rated, and its "
              + "lowest and highest rating"
          ])),
    ]
    if all.warnings.contains(where: { $0 > 0 }) {
      let ranks = all.warnings.indices.filter { all.warnings[$0] > 0 }.map { "rank \($0)" }
      blocks.append(
        .warning(
          "there is something to know of the data of \(ranks.joined(separator: ", ")): the same `load` there by "
            + "itself, without owners=, says what"))
    }
    return Report(
      blocks,
      result: Record([
        .init("users", .number(Double(users))), .init("items", .number(Double(all.items.count))),
        .init("unrated", .number(0)), .init("ratings", .number(Double(ratings))),
        .init("density", .number(density)), .init("seconds", .number(seconds)),
      ]))
  }
}

/// What owners tell each other of their data.
private struct OwnersFacts {
  /// All items that somebody has rated, in the order of their ids, which does not tell whose they are.
  private(set) var items = Entities(ids: Vocabulary())
  private(set) var scale = RatingScale(.infinity, -.infinity)
  /// For each owner how many it has.
  private(set) var users: [Int] = []
  private(set) var ratings: [Int] = []
  private(set) var itemCounts: [Int] = []
  private(set) var warnings: [Int] = []
  /// What ratings are; more than one where owners have different ones.
  private(set) var units: Set<String> = []

  init(exchanging data: Dataset) {
    var message = MessageWriter()
    message.put([
      data.users.count, data.interactions.count,
      data.notes.count + (data.interactions.repeats.sentence == nil ? 0 : 1),
    ])
    message.put([data.scale.lowest, data.scale.highest])
    message.put(data.scale.unit)
    message.put(data.items.ids.names)
    message.put(data.items.titles)
    var titles: [String: String] = [:]
    for var message in Ranks.gathered(message, for: .answer) {
      let counts = message.take([Int].self)
      users.append(counts[0])
      ratings.append(counts[1])
      warnings.append(counts[2])
      let ends = message.take([Float].self)
      scale = RatingScale(min(scale.lowest, ends[0]), max(scale.highest, ends[1]))
      units.insert(message.take(String.self))
      let (names, own) = (message.take([String].self), message.take([String].self))
      itemCounts.append(names.count)
      for (place, name) in names.enumerated() where (titles[name] ?? "").isEmpty {
        titles[name] = own.indices.contains(place) ? own[place] : ""
      }
    }
    scale.unit = units.first ?? ""
    let names = titles.keys.sorted()
    items = Entities(
      ids: Vocabulary(names),
      titles: titles.values.allSatisfy(\.isEmpty) ? [] : names.map { titles[$0] ?? "" })
    items.idName = data.items.idName
  }
}
