import Kernels
import Language

/// One JSON object a line, each a rating or an interaction.
package struct JSONLines: RowsFormat {
  package var file = ""
  package var options = RatingsOptions()
  /// Whether texts and numbers under other names become columns and features.
  var keepsOthers = true

  package init() {}

  package var knownFeedback: Feedback? { options.feedback }
  package var showsAtRandom: Bool { options.shown == .random }

  package static let signature = Signature<Self>(
    "jsonl", "A file with one JSON object a line, each a rating or an interaction.",
    details: """
      Usual names of members are found without being told; `user="who.id"` names one within another. Other \
      texts and numbers of the first objects become columns, as those of csv do, empty where an object has \
      none. Lists, and members of members, become features where they are the same for all rows of an item \
      or a user. Lines that Python printed (`{'user': 'a'}`) are read as well.
      """,
    [
      .positional(
        "file", \.file, "the file of ratings", expects: "a file",
        completion: .file(extensions: ["jsonl", "json", "ndjson"]))
    ] + rowParameters(each: "member"))

  package func load(from files: any FileSource) throws -> Dataset {
    try load(files.read(file))
  }

  func load(_ contents: FileContents) throws(DatasetError) -> Dataset {
    let members = try JSONMembers(contents)
    let command = "load jsonl \(Value.text(contents.path).sourceText)"
    let roles = try self.roles(of: members, contents, command)
    let values = [roles.rating, roles.count, roles.time].filter { !$0.isEmpty }
    let plain = members.names(.plain).filter { !$0.isEmpty && !roles.taken.contains($0) }
    let lists = members.names(.list).filter { !$0.isEmpty && !roles.taken.contains($0) }
    let kept = keepsOthers ? plain + lists : plain.filter(isChosenBy)
    var scan = JSONLinesScan(
      contents, roles: [roles.user, roles.item] + values, others: kept,
      isPython: members.isPython)
    try scan.run(badRows: options.badRows)
    let fields =
      [Field(roles.user, .id), Field(roles.item, .id)] + (values + kept).map { Field($0, .text) }
    var table = scan.table(fields)
    var readings = RatingsReadings(
      file: lastPart(of: contents.path), roles: roles, command: command)
    var data = try readings.dataset(
      name: lastPart(of: contents.path), &table, options, others: kept)
    if members.isPython {
      data.remarks.append("its lines are what Python prints, and no JSON; they are read as such")
    }
    guard keepsOthers else {
      for name in kept { data.interactions.columns[name] = nil }
      return data
    }
    let features = MemberFeatures(file: lastPart(of: contents.path), isPython: members.isPython)
    features.move(lists: lists, nested: plain.filter { $0.contains(".") }, in: &data)
    features.leaveOut(members.names(.nothing).filter { !$0.isEmpty }, of: &data)
    return data
  }

  /// Whether rows are chosen by that member.
  private func isChosenBy(_ name: String) -> Bool {
    options.kinds.contains { $0.hasPrefix(name + "=") }
  }

  private func roles(
    of members: JSONMembers, _ contents: FileContents, _ command: String
  ) throws(DatasetError) -> ColumnRoles {
    let samples = try MemberSamples(contents, members.paths, isPython: members.isPython)
    return try ColumnRoleFinder(
      names: members.paths, options: options, samples: { samples.texts[$0] ?? [] },
      command: command, path: contents.path, table: .objects
    ).roles()
  }
}

/// The first values of the members of a file, as texts.
private struct MemberSamples {
  var texts: [String: [String]] = [:]

  init(_ contents: FileContents, _ paths: [String], isPython: Bool) throws(DatasetError) {
    let start = contents.textStart
    var end = start
    for _ in 0..<100 where end < contents.bytes.count { end = contents.lineBytes(at: end).next }
    let head = FileContents(path: contents.path, contents.bytes[start..<end])
    var scan = JSONLinesScan(head, roles: [], others: paths, isPython: isPython)
    do throws(DatasetError) { try scan.run(badRows: .skip) } catch { return }
    withExtendedLifetime(head) {
      let text = JSONText(head, isPython: isPython)
      for (path, tokens) in zip(paths, scan.columns) {
        texts[path] = tokens.map { text.string(of: $0) }
      }
    }
  }
}

/// Members that say something of items or users, moved to where they belong.
private struct MemberFeatures {
  let file: String
  let isPython: Bool

  /// - Parameters:
  ///   - lists: columns whose texts are lists as they are written.
  ///   - nested: columns of members within members.
  func move(lists: [String], nested: [String], in data: inout Dataset) {
    for name in lists + nested {
      guard let column = data.interactions.columns[name] else { continue }
      let isList = lists.contains(name)
      let sides = [
        (data.items.count, data.interactions.items, true),
        (data.users.count, data.interactions.users, false),
      ]
      var isMoved = false
      let values = sides.map { valueOfEach($0.0, $0.1, column) }
      // A value of one row alone says nothing of whose it is.
      let isProven = values.contains { $0?.isProven == true }
      for ((_, _, isItems), found) in zip(sides, values) where !isMoved {
        guard let found, found.isProven || !isProven && isItems else { continue }
        let codes = found.codes
        let texts = column.vocabulary.names
        let feature =
          isList
          ? categories(name, codes.map { $0.map { elements(texts[$0]) } ?? [] })
          : plainFeature(name, codes.map { $0.map { texts[$0] } ?? "" })
        if isItems {
          data.items.features.append(feature)
        } else {
          data.users.features.append(feature)
        }
        note(name, .feature, isItems ? "of items" : "of users", &data)
        isMoved = true
      }
      if isMoved || isList { data.interactions.columns[name] = nil }
      if isList, !isMoved {
        note(name, .leftOut, "lists that are not the same for all rows of an item", &data)
        data.notes.append("`\(name)` is left out: its lists differ between rows of one item")
      }
    }
  }

  func leaveOut(_ names: [String], of data: inout Dataset) {
    guard !names.isEmpty else { return }
    for name in names { note(name, .leftOut, "neither texts nor numbers", &data) }
    data.notes.append(
      "left out, for they hold neither texts nor numbers: " + named(names, most: 8))
  }

  private func note(
    _ name: String, _ role: ColumnReading.Role, _ how: String, _ data: inout Dataset
  ) {
    data.readings.removeAll { $0.column == name }
    data.readings.append(ColumnReading(file: file, column: name, role: role, how: how))
  }

  /// The one value that all rows of each entity have, and whether some have several rows; nil where rows of
  /// one differ.
  private func valueOfEach(
    _ count: Int, _ entities: [Int32], _ column: CategoricalColumn
  ) -> (codes: [Int?], isProven: Bool)? {
    var isProven = false
    var values = [Int?](repeating: nil, count: count)
    let empty = column.vocabulary[""]
    for (entity, code) in zip(entities, column.codes) where Int(code) != empty {
      if let known = values[Int(entity)] {
        guard known == Int(code) else { return nil }
        isProven = true
      }
      values[Int(entity)] = Int(code)
    }
    return (values, isProven)
  }

  /// Numbers where all that is known are, else a category each.
  private func plainFeature(_ name: String, _ texts: [String]) -> Feature {
    let numbers = texts.map { float(in: $0) }
    if zip(texts, numbers).allSatisfy({ MissingWords.contains($0) || $1.isFinite }) {
      return Feature(name, .numbers(numbers))
    }
    return categories(name, texts.map { $0.isEmpty ? [] : [$0] })
  }

  private func elements(_ list: String) -> [String] {
    JSONText.elements(ofList: list, isPython: isPython)
  }
}
