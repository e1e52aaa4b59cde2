import Language

/// Book-Crossing (Ziegler et al. 2005): semicolons, quotes, Latin-1; a rating of 0 says only that the
/// book was read.
package struct BookCrossing: DatasetFormat {
  /// What becomes of ratings of 0.
  package enum Implicit: String, ArgumentChoice {
    case drop, keep

    package var summary: String {
      switch self {
      case .drop: "leave them out: they are no ratings"
      case .keep: "keep them as ratings of 0"
      }
    }
  }

  package var folder = ""
  package var implicit = Implicit.drop
  package var badRows = BadRows.refuse

  package init() {}

  package static let signature = Signature<Self>(
    "book-crossing", "A folder of Book-Crossing: ratings, users and books; or its file of ratings.",
    [
      .positional(
        "folder", \.folder, "where the files are", expects: "a folder", completion: .folder),
      .option("implicit", \.implicit, "what becomes of ratings of 0"),
      .option("errors", \.badRows, "what to do with ratings that cannot be read"),
    ])

  package func load(from files: any FileSource) throws -> Dataset {
    if files.kind(of: folder) == .file { return try ratings(files.read(folder)) }
    let names = try files.names(in: folder)
    func file(_ endings: String...) -> String? {
      names.first { name in endings.contains { name.lowercased().hasSuffix($0) } }
    }
    guard let ratings = file("ratings.csv") else {
      throw DatasetError.nothing(
        like: ["`BX-Book-Ratings.csv`", "`Ratings.csv`"], in: folder, seen: names)
    }
    var dataset = try self.ratings(files.read(filePath(folder, ratings)))
    if let users = file("users.csv") {
      let table = try entities(
        files.read(filePath(folder, users)), numeric: ["Age"], of: dataset.users.ids, .users)
      let countries = try table.texts("Location").map { place in
        String(place.split(separator: ",").last?.drop { $0 == " " } ?? "")
      }
      dataset.users.features = [
        table.numbers("age", from: "Age"),
        categories("country", countries.map { $0.isEmpty ? [] : [$0] }),
      ]
      dataset.add(table)
    }
    if let books = file("books.csv") {
      let table = try entities(
        files.read(filePath(folder, books)), numeric: ["Year-Of-Publication"],
        of: dataset.items.ids, .items)
      dataset.items.extend(with: table.ids.names)
      dataset.items.titles = try table.texts("Book-Title")
      let (year, reading) = table.years("year", from: "Year-Of-Publication", of: .items)
      dataset.items.features = [
        try table.category("author", from: "Book-Author"),
        try table.category("publisher", from: "Publisher"), year,
      ]
      dataset.readings += reading.map { [$0] } ?? []
      dataset.add(table)
    }
    return dataset
  }

  /// The names in the first line of the file of ratings.
  static let ratingNames = ["User-ID", "ISBN", "Book-Rating"]

  private func ratings(_ contents: FileContents) throws(DatasetError) -> Dataset {
    let header = try DelimitedHeader(contents)
    try header.require(Self.ratingNames)
    var layout = header.layout { $0 == "Book-Rating" ? .number : .id }
    layout.hasBackslashes = true
    var table = try layout.scan(contents, from: header.next, badRows: badRows)
    table.encoding = .guessed(contents.bytes)
    let data = try Dataset(
      name: "Book-Crossing", ratings: &table, user: "User-ID", item: "ISBN", rating: "Book-Rating",
      time: "")
    if implicit == .keep { return data }
    let rated = data.interactions.ratings.indices.filter { data.interactions.ratings[$0] > 0 }
    guard !rated.isEmpty else {
      throw DatasetError(
        "all ratings are 0, which says only that a book was read", file: contents.path,
        help: ["keep them: implicit=keep"], code: "E0511")
    }
    var explicit = data.keeping(rows: rated.map { Int32($0) })
    explicit.scale = RatingScale(1, 10)
    let zeros = data.interactions.count - rated.count
    if zeros > 0 {
      explicit.notes.append(
        counted(
          zeros, "rating of 0, which is no rating, is", "ratings of 0, which are no ratings, are")
          + " left out")
    }
    return explicit
  }

  /// Users or books; their rows hold so many odd characters that unreadable ones are passed over.
  private func entities(
    _ contents: FileContents, numeric: [String], of ids: Vocabulary,
    _ subject: ColumnReading.Subject
  ) throws(DatasetError) -> EntityTable {
    let header = try DelimitedHeader(contents)
    try header.require(numeric)
    var layout = header.layout { name in
      name == header.names.first ? .id : name.hasPrefix("Image") ? .skip : .text
    }
    layout.hasBackslashes = true
    var table = try layout.scan(contents, from: header.next, badRows: .skip)
    table.encoding = .guessed(contents.bytes)
    // NULL and such are no numbers, but no faults either.
    for name in numeric {
      let numbers = try table.texts(name).map { float(in: $0) }
      table.replace(name, by: .numbers(numbers))
    }
    return try EntityTable(table, id: header.names.first ?? "", of: ids, subject)
  }
}
