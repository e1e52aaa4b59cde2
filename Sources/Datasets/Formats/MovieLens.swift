import Language

/// The MovieLens releases of GroupLens (Harper and Konstan 2015), each known by its files:
/// 100K (`u.data`), 1M and 10M (`ratings.dat`), latest, 20M, 25M and 32M (`ratings.csv`), and 100K
/// in RecBole's form (`ml-100k.inter`).
package struct MovieLens: DatasetFormat {
  package var folder = ""
  package var badRows = BadRows.refuse
  package var credits = Credits.directors

  package init() {}

  /// What of `movies_extrainfos.dat` is read.
  package enum Credits: String, ArgumentChoice {
    case directors, all

    package var summary: String {
      switch self {
      case .directors: "certificates and directors"
      case .all: "those, actors, writers, and years as numbers"
      }
    }
  }

  package static let signature = Signature<Self>(
    "movielens", "A folder of MovieLens: 100K, 1M, 10M, 20M, 25M, 32M, latest.",
    details: """
      Finds out by itself which release the folder holds; 100K may be in RecBole's form. Of one file, \
      such as `u1.base`, the ratings alone are read.
      """,
    [
      .positional(
        "folder", \.folder, "where the files are", expects: "a folder", completion: .folder),
      .option("errors", \.badRows, "what to do with rows that cannot be read"),
      .option(
        "credits", \.credits,
        "what is read of movies_extrainfos.dat, which MeLU's authors added to 1M"),
    ])

  package func load(from files: any FileSource) throws -> Dataset {
    if files.kind(of: folder) == .file { return try ratingsAlone(in: files) }
    let names = try files.names(in: folder)
    let folder = MovieLensFolder(
      path: folder, names: names, files: files, badRows: badRows, credits: credits)
    if names.contains("u.data") { return try folder.release100K() }
    if names.contains("ratings.dat") { return try folder.releaseDat() }
    if names.contains("ratings.csv") { return try folder.releaseCSV() }
    if names.contains(where: { $0.hasSuffix(".inter") }) {
      var format = RecBole()
      format.folder = self.folder
      format.badRows = badRows
      return try inMovieLensTerms(format.load(from: files))
    }
    throw DatasetError.nothing(
      like: ["`u.data` (100K)", "`ratings.dat` (1M, 10M)", "`ratings.csv` (latest, 25M)"],
      in: self.folder, seen: names)
  }

  /// RecBole's copy with the names and features of GroupLens' own.
  private func inMovieLensTerms(_ dataset: Dataset) -> Dataset {
    var dataset = dataset
    if dataset.name == "ml-100k" { dataset.name = "MovieLens 100K" }
    dataset.scale = RatingScale(1, 5)
    dataset.users.features = dataset.users.features.map { feature in
      switch feature.name {
      case "age": feature.asNumbers
      case "zip_code": Feature("zip-area", feature.mapped { String($0.prefix(1)) }.values)
      default: feature
      }
    }
    dataset.items.features = dataset.items.features.map { feature in
      switch feature.name {
      case "class": Feature("genres", feature.values)
      case "release_year": Feature("decade", feature.mapped(decade).values)
      default: feature
      }
    }
    return dataset
  }
}

extension MovieLens {
  /// One file of ratings, such as `u.data`, `u1.base` or `ratings.dat`.
  private func ratingsAlone(in files: any FileSource) throws -> Dataset {
    let contents = try files.read(folder)
    try contents.requireText()
    let line = contents.lineBytes(at: contents.textStart).bytes
    let text = String(decoding: line.prefix(1 << 10), as: UTF8.self)
    let isDat = text.contains("::")
    if !isDat, text.contains(",") {
      var format = DelimitedText()
      format.file = folder
      format.options.badRows = badRows
      var dataset = try format.load(from: files)
      dataset.scale = dataset.scale.ofStars
      return dataset
    }
    let layout = RowLayout(ratingFields, separator: isDat ? ":" : "\t", isDoubled: isDat)
    var dataset = try layout.ratings(of: contents, name: lastPart(of: folder), badRows: badRows)
    dataset.scale = dataset.scale.ofStars
    let place = Datasets.folder(of: folder)
    let described = ["u.item", "movies.dat"].filter {
      files.kind(of: filePath(place, $0)) == .file
    }
    if !described.isEmpty {
      dataset.notes.append(
        "what is known of users and films lies beside it: `load \"\(place)\"` reads that, too")
    }
    return dataset
  }
}

extension RatingScale {
  /// The scale of which these ratings are some: 1 to 5 stars, or from half a star on; wider where there are
  /// ratings beyond.
  var ofStars: RatingScale {
    RatingScale(lowest < 0.5 ? lowest : lowest < 1 ? 0.5 : 1, max(highest, 5))
  }

  func holds(_ other: RatingScale) -> Bool { lowest <= other.lowest && other.highest <= highest }
}

/// One folder with a release in it.
struct MovieLensFolder {
  let path: String
  let names: [String]
  let files: any FileSource
  let badRows: BadRows
  var credits = MovieLens.Credits.directors

  private func read(_ name: String) throws -> FileContents {
    try files.read(filePath(path, name))
  }

  func release100K() throws -> Dataset {
    var dataset = try layout(ratingFields).ratings(
      of: read("u.data"), name: "MovieLens 100K", badRows: badRows)
    dataset.scale = dataset.scale.ofStars
    if names.contains("u.user") {
      let fields = ["id", "age", "gender", "occupation", "zip"].map { name in
        Field(name, name == "id" ? .id : name == "age" ? .optionalNumber : .text)
      }
      let table = try entities(
        layout(fields, separator: "|"), "u.user", of: dataset.users.ids, .users)
      dataset.users.features = [
        table.numbers("age"), try table.category("gender"), try table.category("occupation"),
        try table.category("zip-area", from: "zip") { String($0.prefix(1)) },
      ]
      dataset.add(table)
    }
    if names.contains("u.item") { try addFilms100K(to: &dataset) }
    return dataset
  }

  private func addFilms100K(to dataset: inout Dataset) throws {
    var fields = [Field("id", .id), Field("title", .text)]
    for name in ["release", "video", "address"] { fields.append(Field(name, .skip)) }
    for genre in genres100K { fields.append(Field(genre, .text)) }
    let table = try entities(
      layout(fields, separator: "|"), "u.item", of: dataset.items.ids, .items)
    dataset.items.extend(with: table.ids.names)
    let titles = try table.texts("title")
    var lists = [[String]](repeating: [], count: titles.count)
    for genre in genres100K {
      for (item, flag) in try table.texts(genre).enumerated() where flag == "1" {
        lists[item].append(genre)
      }
    }
    dataset.items.titles = titles
    dataset.items.features = [categories("genres", lists), decades(titles)]
    dataset.add(table)
  }

  /// 1M and 10M: `::` between fields.
  func releaseDat() throws -> Dataset {
    let isMillion = names.contains("users.dat")
    var dataset = try layout(ratingFields, separator: ":", isDoubled: true).ratings(
      of: read("ratings.dat"), name: isMillion ? "MovieLens 1M" : "MovieLens 10M",
      badRows: badRows)
    let stars = RatingScale(isMillion ? 1 : 0.5, 5)
    dataset.scale = stars.holds(dataset.scale) ? stars : dataset.scale.ofStars
    try addDatFeatures(to: &dataset)
    return dataset
  }

  func addDatFeatures(to dataset: inout Dataset) throws {
    let fields =
      [Field("id", .id)] + ["gender", "age", "occupation", "zip"].map { Field($0, .text) }
    if try isThere("users.dat", with: fields, &dataset) {
      let table = try entities(
        layout(fields, separator: ":", isDoubled: true), "users.dat", of: dataset.users.ids,
        .users)
      dataset.users.features = [
        try table.category("gender"), try table.category("age") { ageGroups[$0] ?? $0 },
        try table.category("occupation") { code in
          Int(code).flatMap { occupations.indices.contains($0) ? occupations[$0] : nil } ?? code
        },
        try table.category("zip-area", from: "zip") { String($0.prefix(1)) },
      ]
      dataset.add(table)
    }
    let ofFilms = [Field("id", .id), Field("title", .text), Field("genres", .text)]
    if try isThere("movies.dat", with: ofFilms, &dataset) {
      let table = try entities(
        layout(ofFilms, separator: ":", isDoubled: true), "movies.dat", of: dataset.items.ids,
        .items)
      try addFilms(table, to: &dataset)
    }
    if names.contains("movies_extrainfos.dat") { try addCredits(to: &dataset) }
  }

  /// Whether a file is there and has these fields. One of another shape is left out, which is said.
  private func isThere(
    _ name: String, with fields: [Field], _ dataset: inout Dataset
  ) throws -> Bool {
    guard names.contains(name) else { return false }
    let count = try fieldCount(of: name)
    guard count != fields.count else { return true }
    // It is none of GroupLens' releases, then.
    dataset.name = lastPart(of: path)
    dataset.notes.append(
      "\(filePath(path, name)) is left out: its first line has \(counted(count, "field")), and "
        + "\(fields.count) are known: " + fields.map(\.name).joined(separator: ", "))
    return false
  }

  /// How many fields with `::` between them the first line of a file has.
  private func fieldCount(of name: String) throws -> Int {
    let contents = try read(name)
    try contents.requireText()
    let line = contents.lineBytes(at: contents.textStart).bytes
    let text = String(decoding: line.prefix(1 << 16), as: UTF8.self)
    return text.components(between: "::").count
  }

  private func addFilms(_ table: EntityTable, to dataset: inout Dataset) throws {
    dataset.items.extend(with: table.ids.names)
    let titles = try table.texts("title")
    let genres = try table.texts("genres").map { text in
      text == "(no genres listed)" ? [] : text.split(separator: "|").map(String.init)
    }
    dataset.items.titles = titles
    dataset.items.features = [categories("genres", genres), decades(titles)]
    dataset.add(table)
  }

  /// What the MeLU authors added to 1M from IMDb: certificates, directors and more.
  private func addCredits(to dataset: inout Dataset) throws {
    let names = [
      "id", "title", "year", "certificate", "released", "genres", "director", "writer", "actors",
      "plot", "poster",
    ]
    var used: [String: FieldKind] = ["id": .id, "certificate": .text, "director": .text]
    if credits == .all { (used["actors"], used["writer"]) = (.text, .text) }
    let table = try entities(
      layout(names.map { Field($0, used[$0] ?? .skip) }, separator: ":", isDoubled: true),
      "movies_extrainfos.dat", of: dataset.items.ids, .items)
    dataset.items.extend(with: table.ids.names)
    dataset.items.features += [
      try table.category("certificate"),
      try table.categoryLists("directors", from: "director", separator: ","),
    ]
    if credits == .all {
      dataset.items.features += [
        try table.categoryLists("actors", separator: ",").mapped { $0 == "N/A" ? "" : $0 },
        try table.categoryLists("writers", from: "writer", separator: ",").mapped { name in
          // What each of several writers did stands in brackets.
          let own = name.split(separator: "(").first ?? ""
          return own == "N/A" ? "" : String(own.last == " " ? own.dropLast() : own)
        },
        years(dataset.items.titles),
      ]
    }
    dataset.add(table)
  }

  /// The releases with header lines and commas.
  func releaseCSV() throws -> Dataset {
    var format = DelimitedText()
    format.file = filePath(path, "ratings.csv")
    format.options.badRows = badRows
    var dataset = try format.load(from: files)
    dataset.name = "MovieLens (\(lastPart(of: path)))"
    dataset.scale = dataset.scale.ofStars
    if names.contains("movies.csv") {
      let contents = try read("movies.csv")
      let header = try DelimitedHeader(contents, separator: .comma)
      let kinds: [String: FieldKind] = ["movieId": .id, "title": .text, "genres": .text]
      try header.require(Array(kinds.keys).sorted())
      var rows = try header.layout { kinds[$0] ?? .skip }.scan(
        contents, from: header.next, badRows: badRows)
      rows.encoding = .guessed(contents.bytes)
      try addFilms(
        EntityTable(rows, id: "movieId", of: dataset.items.ids, .items), to: &dataset)
    }
    try addDatFeatures(to: &dataset)
    return dataset
  }

  private func layout(
    _ fields: [Field], separator: Character = "\t", isDoubled: Bool = false
  ) -> RowLayout {
    RowLayout(fields, separator: separator, isDoubled: isDoubled)
  }

  private func entities(
    _ layout: RowLayout, _ name: String, of ids: Vocabulary, _ subject: ColumnReading.Subject
  ) throws -> EntityTable {
    let contents = try read(name)
    var table = try layout.scan(contents, badRows: badRows)
    table.encoding = .guessed(contents.bytes)
    return try EntityTable(table, id: "id", of: ids, subject)
  }
}

private let ratingFields = [
  Field("user", .id), Field("item", .id), Field("rating", .number), Field("time", .time),
]

/// The last part of a path.
func lastPart(of path: String) -> String {
  path.split(separator: "/").last.map(String.init) ?? path
}

/// The decade of a year: 1990s.
private func decade(_ year: String) -> String {
  Int(year).map { "\($0 / 10 * 10)s" } ?? ""
}

/// The year in the brackets that end each title.
private func years(_ titles: [String]) -> Feature {
  Feature(
    "year",
    .numbers(
      titles.map { title in
        title.hasSuffix(")") ? Float(Int(title.dropLast().suffix(4)) ?? 0) : 0
      }.map { $0 > 0 ? $0 : .nan }))
}

/// The decade in the brackets that end each title.
private func decades(_ titles: [String]) -> Feature {
  categories(
    "decade",
    titles.map { title in
      guard title.hasSuffix(")") else { return [] }
      let decade = decade(String(title.dropLast().suffix(4)))
      return decade.isEmpty ? [] : [decade]
    })
}

/// The order of the flags in `u.item`, from the README of MovieLens 100K.
private let genres100K = [
  "unknown", "Action", "Adventure", "Animation", "Children's", "Comedy", "Crime", "Documentary",
  "Drama", "Fantasy", "Film-Noir", "Horror", "Musical", "Mystery", "Romance", "Sci-Fi",
  "Thriller", "War", "Western",
]

/// The codes of `users.dat`, from the README of MovieLens 1M.
private let ageGroups = [
  "1": "under 18", "18": "18-24", "25": "25-34", "35": "35-44", "45": "45-49", "50": "50-55",
  "56": "56+",
]

private let occupations = [
  "other", "academic/educator", "artist", "clerical/admin", "college/grad student",
  "customer service", "doctor/health care", "executive/managerial", "farmer", "homemaker",
  "K-12 student", "lawyer", "programmer", "retired", "sales/marketing", "scientist",
  "self-employed", "technician/engineer", "tradesman/craftsman", "unemployed", "writer",
]
