import Kernels

extension Dataset {
  /// The data set of a table of ratings, without features; `others` become columns by their names. Without
  /// a column of ratings the rows are interactions, of which `count` says how much each counts. The columns of
  /// users and items are taken out of the table.
  init(
    name: String, ratings table: inout ScannedTable, user: String, item: String,
    rating: String, count: String = "", time: String, scale: RatingScale? = nil,
    others: [String] = []
  ) throws(DatasetError) {
    let (users, items) = try table.takeIndexed((user, item))
    let source = table.contents.source
    try DatasetError.throwIfUnwanted()
    let ratings =
      rating.isEmpty
      ? Array(repeating: 1, count: users.codes.count) : table.numbers(rating)
    var columns: [String: CategoricalColumn] = [:]
    for other in others {
      let column = try table.indexed(other)
      columns[other] = CategoricalColumn(vocabulary: column.vocabulary, codes: column.codes)
    }
    try DatasetError.throwIfUnwanted()
    self.init(
      name: name, users: Entities(ids: users.vocabulary), items: Entities(ids: items.vocabulary),
      interactions: Interactions(
        users: users.codes, items: items.codes, ratings: ratings,
        times: table.times(time), columns: columns),
      scale: scale ?? RatingScale(spanning: ratings), sources: [source])
    self.users.idName = user
    self.items.idName = item
    interactions.ticks = table.ticks
    if let note = table.skippedNote { notes.append(note) }
    if rating.isEmpty {
      self = try asInteractions(counts: count.isEmpty ? nil : table.numbers(count))
    }
  }
}

extension RatingScale {
  /// From the lowest to the highest of the ratings.
  package init(spanning ratings: [Float]) {
    let bounds = ratings.bounds
    self.init(bounds?.lowerBound ?? .infinity, bounds?.upperBound ?? -.infinity)
  }
}

extension FileSource {
  /// The names in a folder that must be there.
  func names(in folder: String) throws -> [String] {
    switch kind(of: folder) {
    case .folder?: return try list(folder)
    case .file?:
      throw DatasetError(
        "this is a file, and the format is a folder of files", file: folder,
        help: ["give the folder: \"\(Datasets.folder(of: folder))\""], code: "E0501")
    case nil: throw DatasetError("there is no folder `\(folder)`", code: "E0501")
    }
  }
}

extension DatasetError {
  /// A folder that holds nothing of the format.
  static func nothing(like expected: [String], in folder: String, seen: [String]) -> DatasetError {
    DatasetError(
      "the folder should hold " + expected.joined(separator: " or "), file: folder,
      help: ["it holds: " + (seen.isEmpty ? "nothing" : listed(seen))], code: "E0511")
  }
}

/// The first of the names.
func listed(_ names: [String]) -> String {
  names.prefix(8).joined(separator: ", ") + (names.count > 8 ? ", …" : "")
}

/// The folder that holds a file.
func folder(of path: String) -> String {
  path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
}
