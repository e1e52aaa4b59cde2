import Language

/// RecBole's atomic files: `name.inter`, and `name.user` and `name.item` where they are there.
///
/// The first line names each field with its type: `user_id:token rating:float genres:token_seq`.
package struct RecBole: DatasetFormat {
  package var folder = ""
  package var user = "user_id"
  package var item = "item_id"
  package var rating = "rating"
  package var time = "timestamp"
  package var badRows = BadRows.refuse

  package init() {}

  package static let signature = Signature<Self>(
    "recbole", "A folder of RecBole atomic files, or its `.inter` file.",
    details: "Reads `.inter`, `.user` and `.item` files whose first line gives names and types.",
    [
      .positional(
        "folder", \.folder, "where the files are, or the one of several `.inter` that is meant",
        expects: "a folder or a file", completion: .file(extensions: ["inter"])),
      .option("user", \.user, "the field that holds user ids"),
      .option("item", \.item, "the field that holds item ids"),
      .option("rating", \.rating, "the field that holds ratings"),
      .option("time", \.time, "the field that holds times, if there is one"),
      .option("errors", \.badRows, "what to do with rows that cannot be read"),
    ])

  package func load(from files: any FileSource) throws -> Dataset {
    let isFile = files.kind(of: self.folder) == .file
    let folder = isFile ? Datasets.folder(of: self.folder) : self.folder
    let names = try files.names(in: folder)
    let inter = isFile ? lastPart(of: self.folder) : try onlyRatings(among: names)
    let stem = stem(of: inter, among: names)
    let ratings = try AtomicFile(files.read(filePath(folder, inter)))
    var dataset = try ratingsOnly(ratings, name: stem)
    for (suffix, noun) in [(".user", "user"), (".item", "item")] where names.contains(stem + suffix)
    {
      let file = try AtomicFile(files.read(filePath(folder, stem + suffix)))
      if noun == "user" {
        dataset.users = try file.entities(dataset.users.ids, id: user, .users)
      } else {
        dataset.items = try file.entities(dataset.items.ids, id: item, .items)
      }
      dataset.sources.append(file.contents.source)
    }
    return dataset
  }

  /// The one file of ratings in a folder.
  private func onlyRatings(among names: [String]) throws(DatasetError) -> String {
    let found = names.filter { $0.hasSuffix(".inter") }
    guard let first = found.first else {
      throw DatasetError.nothing(like: ["a file `….inter`"], in: folder, seen: names)
    }
    guard found.count == 1 else {
      throw DatasetError(
        "the folder holds \(found.count) files of ratings: \(listed(found))", file: folder,
        help: ["name one of them: load recbole \"\(filePath(folder, first))\""], code: "E0511")
    }
    return first
  }

  /// What the names of the other files begin with: `ml` of `ml.inter` and of `ml.train.inter`.
  private func stem(of inter: String, among names: [String]) -> String {
    let whole = inter.hasSuffix(".inter") ? String(inter.dropLast(6)) : inter
    let short = String(whole.prefix { $0 != "." })
    let isDescribed = { stem in names.contains(stem + ".user") || names.contains(stem + ".item") }
    return !isDescribed(whole) && isDescribed(short) ? short : whole
  }

  private func ratingsOnly(_ file: AtomicFile, name: String) throws(DatasetError) -> Dataset {
    for (option, field) in [("user", user), ("item", item), ("rating", rating)] {
      guard file.fields.contains(where: { $0.name == field }) else {
        throw DatasetError(
          "there is no field `\(field)`; the first line has: "
            + file.fields.map(\.name).joined(separator: ", "), file: file.contents.path, line: 1,
          help: ["name the right one: \(option)=…"],
          suggestions: suggestions(for: field, among: file.fields.map(\.name)), code: "E0511")
      }
    }
    let kinds: [String: FieldKind] = [user: .id, item: .id, rating: .number, time: .time]
    let table = try file.scan(badRows: badRows) { kinds[$0.name] ?? $0.columnKind }
    return try Dataset(
      name: name, ratings: table, user: user, item: item, rating: rating, time: time,
      others: file.fields.filter { kinds[$0.name] == nil && $0.type == .token }.map(\.name))
  }
}

/// One atomic file and what its first line says.
struct AtomicFile {
  enum FieldType: String { case token, tokens = "token_seq", float, floats = "float_seq" }

  struct TypedField {
    var name: String
    var type: FieldType

    /// How the field is read where nothing more is known of it.
    var columnKind: FieldKind { type == .float ? .optionalNumber : .text }
  }

  let contents: FileContents
  let fields: [TypedField]
  private let start: Int

  init(_ contents: FileContents) throws(DatasetError) {
    try contents.requireText()
    self.contents = contents
    let line = contents.lineBytes(at: contents.textStart)
    start = line.next
    var fields: [TypedField] = []
    for word in String(decoding: line.bytes, as: UTF8.self).split(
      separator: "\t", omittingEmptySubsequences: false)
    {
      let parts = word.split(separator: ":", maxSplits: 1).map(String.init)
      guard parts.count == 2, let type = FieldType(rawValue: parts[1]) else {
        throw DatasetError(
          "the first line must name each field as `name:type`, not `\(word.prefix(40))`",
          file: contents.path, line: 1,
          help: ["types are token, token_seq, float and float_seq; tabs separate fields"],
          code: "E0511")
      }
      fields.append(TypedField(name: parts[0], type: type))
    }
    self.fields = fields
  }

  func scan(
    badRows: BadRows = .refuse, _ kind: (TypedField) -> FieldKind
  ) throws(DatasetError) -> ScannedTable {
    try RowLayout(fields.map { Field($0.name, kind($0)) }).scan(
      contents, from: start, badRows: badRows)
  }

  /// The entities of those ids with all that this file says of them.
  func entities(
    _ ids: Vocabulary, id: String, _ subject: ColumnReading.Subject
  ) throws(DatasetError) -> Entities {
    guard fields.contains(where: { $0.name == id }) else {
      throw DatasetError(
        "there is no field `\(id)`", file: contents.path, line: 1, code: "E0511")
    }
    let table = try EntityTable(
      scan { $0.name == id ? .id : $0.columnKind }, id: id, of: ids, subject)
    var entities = Entities(ids: table.ids)
    entities.idName = id
    let title = fields.first { $0.name.hasSuffix("title") || $0.name == "name" }?.name
    if let title {
      entities.titles = try table.texts(title)
      if fields.contains(where: { $0.name == "release_year" }) {
        let years = try table.texts("release_year")
        entities.titles = zip(entities.titles, years).map {
          $0.isEmpty || $1.isEmpty ? $0 : "\($0) (\($1))"
        }
      }
    }
    for field in fields where field.name != id && field.name != title {
      switch field.type {
      case .token: entities.features.append(try table.category(field.name))
      case .tokens: entities.features.append(try table.categoryLists(field.name, separator: " "))
      case .float: entities.features.append(table.numbers(field.name))
      case .floats: entities.features += try table.numberLists(field.name)
      }
    }
    return entities
  }
}
