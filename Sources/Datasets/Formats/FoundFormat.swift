import Language

/// A file or folder of any of the other formats, told apart by what it holds.
package struct FoundFormat: DatasetFormat {
  package var path = ""
  package var badRows = BadRows.refuse

  package init() {}

  package var knownFeedback: Feedback? { nil }

  /// The file or folder that a value names: a text, or a word that looks like a path.
  package init?(path value: Value) {
    switch value {
    case .text(let text) where !text.isEmpty: path = text
    case .word(let word) where word.contains("/") || word.contains("."): path = word
    default: return nil
    }
  }

  package static let signature = Signature<Self>(
    "file", "A file or folder of one of the other formats, told by what it holds.",
    details: "What it is taken for is said; the format's own options need its name.",
    [
      .positional(
        "path", \.path, "where it is", isRequired: false, expects: "a file or a folder",
        completion: .file(extensions: ["csv", "tsv", "jsonl", "json", "gz"])),
      .option("errors", \.badRows, "what to do with rows that cannot be read"),
    ])

  package func load(from files: any FileSource) throws -> Dataset {
    guard !path.isEmpty else {
      throw DatasetError(
        "`load file` needs a file or a folder", help: ["load \"ratings.csv\""], code: "E0205")
    }
    let place = try DataPlace(path, in: files)
    let formats = datasetFormats.types.compactMap { $0 as? any DatasetFormat.Type }
      .filter { !($0 is any FetchedDataset.Type) }
    guard let type = formats.first(where: { $0.recognizes(place) }) else {
      let names = formats.map { $0.name }.filter {
        ![Self.name, SampleData.name, SyntheticData.name].contains($0)
      }
      throw DatasetError(
        "no format is recognised in it", file: path,
        help: place.advice + [
          "say which it is, such as load csv: " + names.joined(separator: ", ")
        ],
        code: "E0511")
    }
    var format: any Configurable = type.init()
    let own = type.form.parameters
    if let first = own.first(where: { $0.place == .positional }) {
      _ = set(option: first.name, to: .text(path), of: &format)
    }
    if own.contains(where: { $0.name == "errors" }) {
      _ = set(option: "errors", to: .word(badRows.rawValue), of: &format)
    }
    guard let format = format as? any DatasetFormat else {
      return SampleData().load(from: files)
    }
    var data = try format.load(from: files)
    data.name += " (read as \(type.name))"
    return data
  }
}

/// What lies at a path: a folder by its names, a file by how it begins.
package struct DataPlace {
  /// The names in the folder; empty for a file.
  package private(set) var names: [String] = []
  /// The first line of the file that is not empty; empty for a folder.
  package private(set) var firstLine = ""
  /// The file; nil for a folder.
  package private(set) var contents: FileContents?

  package init(_ path: String, in files: any FileSource) throws {
    guard let kind = files.kind(of: path) else {
      throw DatasetError("there is no file or folder `\(path)`", code: "E0501")
    }
    guard kind == .file else {
      names = try files.list(path)
      return
    }
    let contents = try files.read(path)
    try contents.requireText()
    self.contents = contents
    var offset = contents.textStart
    while firstLine.isEmpty, offset < contents.bytes.count {
      let line = contents.lineBytes(at: offset)
      firstLine = String(decoding: line.bytes.prefix(1 << 16), as: UTF8.self)
      offset = line.next
    }
    if firstLine.isEmpty {
      throw DatasetError("the file has no rows", file: path, code: "E0511")
    }
  }

  /// What is seen, for whoever has to say what it is.
  fileprivate var advice: [String] {
    guard !firstLine.isEmpty else {
      return ["it holds: " + (names.isEmpty ? "nothing" : listed(names))]
    }
    return ["its first line is: \(firstLine.prefix(60))"] + (table?.advice ?? [])
  }

  /// The file as a table.
  fileprivate var table: RatingsFile? {
    contents.flatMap { contents in
      do throws(DatasetError) { return try RatingsFile(contents) } catch { return nil }
    }
  }

  package func has(ending: String) -> Bool {
    names.contains { $0.lowercased().hasSuffix(ending) }
  }

  /// The members that the first line's object seems to have.
  var isObject: Bool { start == "{" }

  /// The first character that is no white space.
  fileprivate var start: Character? { firstLine.drop { $0 == " " || $0 == "\t" }.first }

  /// Whether the object seems to hold lists.
  fileprivate var isObjectOfLists: Bool {
    let value = firstLine.drop { $0 != ":" }.dropFirst().drop { $0 == " " }
    return isObject && value.first == "["
  }

  /// Whether the object is a review of Amazon's.
  var isReview: Bool {
    isObject
      && ["\"asin\"", "\"parent_asin\"", "\"reviewerID\""].contains { firstLine.contains($0) }
  }

  /// The fields of the first line, by the separator it has most of.
  var fields: [String] { fields(by: separator) }

  fileprivate var separator: String {
    Separator.characters.map { String($0) }
      .stablySorted(descending: true) { firstLine.split(separator: $0).count }.first ?? ","
  }

  fileprivate func fields(by separator: String) -> [String] {
    firstLine.split(separator: separator).map { field in
      String(field.filter { $0 != "\"" && $0 != " " && $0 != "\r" })
    }
  }
}

extension MovieLens {
  package static func recognizes(_ place: DataPlace) -> Bool {
    let hasFilms = place.names.contains("movies.dat") || place.names.contains("movies.csv")
    let hasRatings = place.names.contains("ratings.dat") || place.names.contains("ratings.csv")
    return place.names.contains("u.data") || hasFilms && hasRatings || isRow(place)
  }

  /// Four numbers, as in `u.data` and `ratings.dat`.
  private static func isRow(_ place: DataPlace) -> Bool {
    ["::", "\t"].contains { separator in
      let fields = place.fields(by: separator)
      return fields.count == 4 && fields.allSatisfy { number(in: $0).isFinite }
    }
  }
}

extension RecBole {
  package static func recognizes(_ place: DataPlace) -> Bool {
    place.has(ending: ".inter")
      || place.fields(by: "\t").count > 1 && place.firstLine.contains(":token\t")
  }
}

extension BookCrossing {
  package static func recognizes(_ place: DataPlace) -> Bool {
    place.has(ending: "ratings.csv") && place.has(ending: "books.csv")
      || Set(place.fields).isSuperset(of: ratingNames)
  }
}

extension MeLUStates {
  package static func recognizes(_ place: DataPlace) -> Bool {
    place.has(ending: "_y.json") || place.isObjectOfLists
  }
}

extension AmazonReviews {
  package static func recognizes(_ place: DataPlace) -> Bool {
    if place.isObject { return place.isReview }
    let fields = place.fields(by: ",")
    return fields.count == 4 && number(in: fields[2]).isFinite && number(in: fields[3]).isFinite
  }
}

extension JSONLines {
  package static func recognizes(_ place: DataPlace) -> Bool {
    place.start == "[" || place.isObject && !place.isReview
  }
}

extension DelimitedText {
  package static func recognizes(_ place: DataPlace) -> Bool {
    !place.isObject && place.start != "[" && place.table?.isClear ?? false
  }
}
