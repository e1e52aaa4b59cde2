import Language

/// The state files of MeLU (Lee et al. 2019) and MetaHIN (Lu et al. 2020): `STATE.json` holds the items
/// of each user, `STATE_y.json` the ratings in the same order. The state becomes the column `state`.
package struct MeLUStates: DatasetFormat {
  package var folder = ""

  package init() {}

  package static let signature = Signature<Self>(
    "melu", "A folder of MeLU's state files: items and ratings of each user in JSON.",
    details: "`split tasks from=state train=warm test=user-cold` then gives the paper's tasks.",
    [
      .positional(
        "folder", \.folder, "where the files are", expects: "a folder", completion: .folder)
    ])

  package func load(from files: any FileSource) throws -> Dataset {
    let names = try files.names(in: folder)
    let stems = names.filter { $0.hasSuffix("_y.json") }.map { String($0.dropLast(7)) }
      .filter { names.contains($0 + ".json") }
    guard !stems.isEmpty else {
      throw DatasetError.nothing(
        like: ["pairs such as `warm_state.json` and `warm_state_y.json`"], in: folder, seen: names)
    }
    var builder = StateBuilder()
    var sources: [Dataset.Source] = []
    for stem in stems {
      let items = try files.read(filePath(folder, stem + ".json"))
      let ratings = try files.read(filePath(folder, stem + "_y.json"))
      try builder.add(items, ratings, state: Self.stateName(stem))
      sources += [items.source, ratings.source]
    }
    if builder.isEmpty {
      throw DatasetError("no state has a rating", file: folder, code: "E0511")
    }
    var dataset = builder.dataset(name: "MeLU states (\(lastPart(of: folder)))", sources)
    let release = MovieLensFolder(path: folder, names: names, files: files, badRows: .refuse)
    try release.addDatFeatures(to: &dataset)
    return dataset
  }

  /// `user_and_item_cold_state` is `both-cold`.
  private static func stateName(_ stem: String) -> String {
    let known = [
      "warm_state": "warm", "user_cold_state": "user-cold", "item_cold_state": "item-cold",
      "user_and_item_cold_state": "both-cold",
    ]
    return known[stem] ?? String(stem.map { $0 == "_" ? "-" : $0 })
  }
}

private struct StateBuilder {
  private var users = Vocabulary()
  private var items = Vocabulary()
  private var states = Vocabulary()
  private var table = Interactions()
  private var codes: [Int32] = []

  var isEmpty: Bool { codes.isEmpty }

  /// Adds the rows of one state.
  mutating func add(
    _ items: FileContents, _ ratings: FileContents, state: String
  ) throws(DatasetError) {
    let lists = try Self.lists(items)
    let scores = try Self.lists(ratings)
    let code = Int32(states.insert(state))
    for (user, list) in lists.sorted(by: { ($0.value.place, $0.key) < ($1.value.place, $1.key) }) {
      guard let own = scores[user], own.texts.count == list.texts.count else {
        throw DatasetError(
          "user \(user) has \(counted(list.texts.count, "item")), and "
            + counted(scores[user]?.texts.count ?? 0, "rating") + " in `\(ratings.path)`",
          file: items.path, line: items.line(at: list.place),
          code: "E0512")
      }
      for (item, text) in zip(list.texts, own.texts) {
        let rating = float(in: text)
        guard rating.isFinite else {
          throw DatasetError(
            "a rating must be a finite number, not `\(text.prefix(40))`", file: ratings.path,
            line: ratings.line(at: own.place), code: "E0512")
        }
        table.users.append(Int32(users.insert(user)))
        table.items.append(Int32(self.items.insert(item)))
        table.ratings.append(rating)
        codes.append(code)
      }
    }
  }

  func dataset(name: String, _ sources: [Dataset.Source]) -> Dataset {
    var table = table
    table.columns["state"] = CategoricalColumn(vocabulary: states, codes: codes)
    return Dataset(
      name: name, users: Entities(ids: users), items: Entities(ids: items), interactions: table,
      scale: RatingScale(spanning: table.ratings), sources: sources)
  }

  /// The list of each user, its elements as texts, and where it stands.
  private static func lists(
    _ contents: FileContents
  ) throws(DatasetError) -> [String: (place: Int, texts: [String])] {
    try contents.requireText()
    var lists: [String: (place: Int, texts: [String])] = [:]
    var text = JSONText(contents)
    func string(_ range: Range<Int>) -> String {
      String(decoding: contents.bytes[range], as: UTF8.self)
    }
    try text.object { text, name throws(DatasetError) in
      var texts: [String] = []
      let place = text.position
      try text.elements { text throws(DatasetError) in
        if text.peek() == 34 {
          let token = try text.stringToken()
          texts.append(String(decoding: contents.bytes(of: token), as: UTF8.self))
        } else {
          texts.append(string(try text.numberBytes()))
        }
      }
      lists[String(decoding: contents.bytes(of: name), as: UTF8.self)] = (place, texts)
    }
    return lists
  }
}
