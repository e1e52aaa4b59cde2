import Language

/// How a table about users or items is taken up by data.
package struct TableAttaching: Sendable {
  package var subject: ColumnReading.Subject
  /// The column of ids, where it is not to be found.
  package var id: String?
  /// What features are called after.
  package var prefix: String?
  /// The names of the columns of a file that has no line of them.
  package var names: [String] = []
  /// What stands between the fields.
  package var separator = Separator.guess
  package var badRows = BadRows.refuse
  package var wishes = ColumnWishes()

  package init(_ subject: ColumnReading.Subject) { self.subject = subject }

  /// What came of it.
  package struct Outcome: Sendable {
    /// How many features it tells of.
    package var features = 0
    /// How many of them were not there before.
    package var fresh = 0
    /// How many that were there before it describes.
    package var known = 0
    /// How many items are new by it.
    package var added = 0
    /// What had other values before.
    package var replaced = ReplacedValues()
    package var readings: [ColumnReading] = []
    package var warnings: [String] = []

    package init() {}
  }

  /// Adds what the table says to the data. Items that are not there become some that nobody has rated.
  package func attach(
    _ contents: FileContents, to data: inout Dataset
  ) throws(DatasetError) -> Outcome {
    let table = try DescriptiveTable(
      contents, of: subject, names: names, separator: separator, badRows: badRows)
    for name in wishes.named where !table.names.contains(name) {
      throw missing(name, in: table)
    }
    var entities = subject == .users ? data.users : data.items
    let (place, how) = try idColumn(of: table, entities)
    guard case .texts(let ids) = table.columns[place].cells else {
      throw DatasetError(
        "`\(table.columns[place].name)` holds lists, and no ids", file: contents.path,
        help: ["name the column of ids: id=…"], code: "E0511")
    }
    if let row = ids.firstIndex(of: "") {
      throw DatasetError(
        "\(table.columns[place].name) is empty", file: contents.path, line: table.line(row),
        code: "E0512")
    }
    let rows = try EntityRows(
      ids, of: entities.ids, subject, file: contents.path,
      mayBeNew: subject == .items && describes(table, entities), line: table.line)
    var outcome = Outcome()
    outcome.known = rows.known
    outcome.added = rows.ids.count - entities.count
    outcome.readings = [
      ColumnReading(
        file: contents.path, column: table.columns[place].name,
        role: subject == .users ? .user : .item, how: how, isGuess: !how.isEmpty)
    ]
    entities.extend(with: rows.ids.names)
    add(table, without: place, rows, to: &entities, rated: data.isRated(subject), &outcome, data)
    outcome.readings += table.leftOut
    outcome.warnings = table.notes + outcome.warnings
    if subject == .users, rows.strangers > 0 {
      outcome.warnings.append(
        "\(grouped(rows.strangers)) of its \(counted(table.count, "row")) "
          + "describe\(rows.strangers == 1 ? "s" : "") no user with ratings")
    }
    if subject == .users { data.users = entities } else { data.items = entities }
    data.sources.append(contents.source)
    data.readings += outcome.readings
    return outcome
  }

  private func missing(_ name: String, in table: DescriptiveTable) -> DatasetError {
    .noColumn(
      name, "there is no column", among: table.names, file: table.contents.path, argument: name)
  }

  // MARK: The column of ids

  /// Where the ids stand, and what tells that.
  private func idColumn(
    of table: DescriptiveTable, _ entities: Entities
  ) throws(DatasetError) -> (place: Int, how: String) {
    if let id {
      guard let place = table.names.firstIndex(of: id) else { throw missing(id, in: table) }
      return (place, "")
    }
    let usual = usualName(subject.noun, among: table.names)
    if let place = table.names.firstIndex(of: entities.idName) {
      return (place, entities.idName == usual ? "" : "as the ratings call them")
    }
    if let place = usual.flatMap(table.names.firstIndex(of:)) ?? table.names.firstIndex(of: "id") {
      return (place, "")
    }
    // Else the one whose values are ids of the data.
    let shares = table.columns.map { column -> Double in
      guard case .texts(let texts) = column.cells, Set(texts).count == texts.count else { return 0 }
      return Double(texts.count { entities.ids[$0] != nil }) / Double(max(1, texts.count))
    }
    let likely = shares.indices.filter { shares[$0] >= 0.5 }
    if likely.count == 1 { return (likely[0], "its values are ids of the data") }
    throw DatasetError(
      "no column looks like the \(subject.noun)", file: table.contents.path, line: 1,
      help: ["it has: " + table.names.joined(separator: ", ")]
        + (likely.isEmpty
          ? ["name it: id=…"] : ["name it: id=" + Value.text(table.names[likely[0]]).sourceText]),
      code: "E0511")
  }

  /// Whether the table tells what is known of others already: it is of the same catalogue.
  private func describes(_ table: DescriptiveTable, _ entities: Entities) -> Bool {
    let known = Set(entities.features.map(\.name))
    return table.names.contains { name in
      known.contains(shown(name)) || isTitle(name) && !entities.titles.isEmpty
    }
  }

  private func shown(_ name: String) -> String { prefix.map { "\($0).\(name)" } ?? name }

  private func isTitle(_ name: String) -> Bool { name == "title" || name == "name" }

  // MARK: The other columns

  private func add(
    _ table: DescriptiveTable, without place: Int, _ rows: EntityRows, to entities: inout Entities,
    rated: [Bool], _ outcome: inout Outcome, _ data: Dataset
  ) {
    let described = rows.rows.indices.filter { rows.rows[$0] >= 0 }
    let ofRated = described.filter { $0 < rated.count && rated[$0] }
    let judged = ofRated.count >= TextWords.fewest ? ofRated : described
    for (column, (name, cells)) in table.columns.enumerated() where column != place {
      let own = inOrder(cells, rows)
      if isTitle(name), case .texts(let texts) = own {
        outcome.replaced.add(name, entities.takeTitles(texts))
        outcome.readings.append(
          ColumnReading(file: table.contents.path, column: name, role: .title))
        guard wishes.words.contains(name) else { continue }
      }
      // It has to fit what is known of others.
      let earlier = entities.features.first { feature in
        feature.name == shown(name)
          && rows.rows.indices.contains { rows.rows[$0] < 0 && feature.isKnown(of: $0) }
      }
      let found = FeatureColumn(
        file: table.contents.path, name: name, shown: shown(name), subject: subject, cells: own,
        judged: judged, wishes: wishes, earlier: earlier,
        earlierReading: earlier == nil
          ? nil : data.readings.last { $0.column == name && $0.subject == subject }
      ).outcome()
      let before = entities.features.count
      for feature in found.features { outcome.replaced.add(feature.name, entities.take(feature)) }
      outcome.fresh += entities.features.count - before
      outcome.features += found.features.count
      outcome.readings.append(found.reading)
      outcome.warnings += found.warnings
    }
  }

  /// The values in the order of the entities.
  private func inOrder(_ cells: FeatureColumn.Cells, _ rows: EntityRows) -> FeatureColumn.Cells {
    switch cells {
    case .texts(let texts): .texts(rows.rows.map { $0 < 0 ? "" : texts[Int($0)] })
    case .lists(let lists): .lists(rows.rows.map { $0 < 0 ? [] : lists[Int($0)] })
    }
  }
}

extension Dataset {
  /// For each user or item whether it has ratings.
  fileprivate func isRated(_ subject: ColumnReading.Subject) -> [Bool] {
    if subject == .items { return isRatedItem }
    var isRated = [Bool](repeating: false, count: users.count)
    for user in interactions.users { isRated[Int(user)] = true }
    return isRated
  }
}

extension Entities {
  /// Takes the titles that are not empty; returns whose was another.
  fileprivate mutating func takeTitles(_ texts: [String]) -> Set<Int> {
    if titles.isEmpty { titles = Array(repeating: "", count: count) }
    var changed = Set<Int>()
    for (entity, text) in texts.enumerated() where !text.isEmpty && titles[entity] != text {
      if !titles[entity].isEmpty { changed.insert(entity) }
      titles[entity] = text
    }
    return changed
  }
}
