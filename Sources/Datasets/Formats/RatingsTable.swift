extension Dataset {
  /// The data set of a table of ratings, without features; `others` become columns by their names.
  init(
    name: String, ratings table: ScannedTable, user: String, item: String,
    rating: String, time: String, scale: RatingScale? = nil, others: [String] = []
  ) throws(DatasetError) {
    let source = table.contents.source
    let skipped = table.skipped
    let users = try table.indexed(user)
    let items = try table.indexed(item)
    let ratings = table.numbers(rating)
    var columns: [String: CategoricalColumn] = [:]
    for other in others {
      let column = try table.indexed(other)
      columns[other] = CategoricalColumn(vocabulary: column.vocabulary, codes: column.codes)
    }
    self.init(
      name: name, users: Entities(ids: users.vocabulary), items: Entities(ids: items.vocabulary),
      interactions: Interactions(
        users: users.codes, items: items.codes, ratings: ratings, times: table.times(time),
        columns: columns),
      scale: scale ?? RatingScale(spanning: ratings), sources: [source])
    if skipped > 0 {
      notes.append("\(source.path): \(skipped) rows could not be read and were passed over")
    }
  }
}

extension RatingScale {
  /// From the lowest to the highest of the ratings.
  package init(spanning ratings: [Float]) {
    var lowest = Float.infinity
    var highest = -Float.infinity
    for rating in ratings {
      lowest = min(lowest, rating)
      highest = max(highest, rating)
    }
    self.init(lowest, highest)
  }
}

extension FileSource {
  /// The names in a folder that must be there.
  func names(in folder: String) throws -> [String] {
    switch kind(of: folder) {
    case .folder?: return try list(folder)
    case .file?:
      throw DatasetError(
        "`\(folder)` is a file; this format is a folder of files", file: folder, code: "E0501")
    case nil: throw DatasetError("there is no folder `\(folder)`", code: "E0501")
    }
  }
}

extension DatasetError {
  /// A folder that holds nothing of the format.
  static func nothing(like expected: [String], in folder: String, seen: [String]) -> DatasetError {
    let names = seen.prefix(8).joined(separator: ", ") + (seen.count > 8 ? ", …" : "")
    return DatasetError(
      "the folder should hold " + expected.joined(separator: " or "), file: folder,
      help: ["it holds: " + (names.isEmpty ? "nothing" : names)], code: "E0511")
  }
}
