import Datasets
import Testing

/// What the columns of tables about items and users are taken for.
@Suite struct TableReadingTests {
  private let data: Dataset
  private let names = (0..<10).map { "i\($0)" }

  init() throws {
    data = try ratings(
      "user,item,rating\n" + (0..<10).map { "u\($0),i\($0),\(1 + $0 % 5)\n" }.joined())
  }

  /// The data with a table of one column.
  private func table(
    _ column: String, _ values: [String], _ change: (inout TableAttaching) -> Void = { _ in }
  ) throws -> (data: Dataset, outcome: TableAttaching.Outcome) {
    let rows = zip(names, values).map { "\($0),\"\($1)\"\n" }
    return try attached("item,\(column)\n" + rows.joined(), to: data, .items, change)
  }

  private func how(_ outcome: TableAttaching.Outcome) -> String {
    outcome.readings.last?.sentence ?? ""
  }

  // MARK: The column of ids

  @Test func idsAreFoundByTheirNameInTheRatings() throws {
    var data = data
    data.items.idName = "plant"
    let (found, _) = try attached("height,plant\n3,i1\n4,i9\n", to: data)
    #expect(numbers(found.items, "height")[9] == 4)
  }

  @Test func idsAreFoundByTheirValues() throws {
    let (found, outcome) = try attached("height,plant\n3,i1\n4,i9\n", to: data)
    #expect(numbers(found.items, "height")[1] == 3 && outcome.known == 2)
    #expect(outcome.readings[0].how == "its values are ids of the data")
    let none = #expect(throws: DatasetError.self) {
      try attached("height,plant\n3,x\n4,y\n", to: data)
    }
    #expect(none?.code == "E0511" && none?.help.last == "name it: id=…")
  }

  // MARK: Labels

  @Test(arguments: [
    "red,blue", "red; blue", "red/blue", "red|blue", "['red', 'blue']",
    "[\"\"red\"\", \"\"blue\"\"]",
  ])
  func labelsInOneFieldAreSeveral(_ both: String) throws {
    let mark = both.first { ",;/|".contains($0) }.map(String.init) ?? ""
    let other = both.hasPrefix("[") ? "['blue', 'green']" : "blue\(mark) green"
    let alone = both.hasPrefix("[") ? "['green']" : "green"
    let values = [both, other, alone, both, alone, other, both, other, alone, both]
    let (found, _) = try table("colours", values)
    let lists = categoryNames(found.items, "colours")
    #expect(lists[0] == ["red", "blue"] && lists[1] == ["blue", "green"] && lists[2] == ["green"])
  }

  @Test func whatIsNoListOfLabelsStaysWhole() throws {
    let people = [
      "Doe, Jane", "Roe, Ann", "Poe, Tim", "Coe, Sam", "Moe, Pat", "Loe, Kim", "Doe, Jane",
      "Roe, Ann", "Poe, Tim", "Coe, Sam",
    ]
    let (found, _) = try table("author", people)
    #expect(categoryNames(found.items, "author")[0] == ["Doe, Jane"])
    let (told, _) = try table("author", people) { $0.wishes.labels = ["author"] }
    #expect(categoryNames(told.items, "author")[0] == ["Doe", "Jane"])
    let (between, _) = try table("author", people) {
      ($0.wishes.labels, $0.wishes.between) = (["author"], "oe")
    }
    #expect(categoryNames(between.items, "author")[0] == ["D", ", Jane"])
  }

  // MARK: Numbers

  @Test func numbersWithUnitsAreNumbers() throws {
    let (price, said) = try table("price", (0..<10).map { "$\($0 + 3).50" })
    #expect(numbers(price.items, "price")[2] == 5.5 && how(said) == "`price`: number, in $")
    let (sold, _) = try table("sold", (1...10).map { "\($0),00\($0 % 10)" })
    #expect(numbers(sold.items, "sold")[1] == 2002)
    let (length, _) = try table("length", (1...10).map { "\($0 % 3) h \($0) min" })
    #expect(numbers(length.items, "length")[3] == 64)
    let (comma, _) = try table("weight", (1...10).map { "\($0),5 kg" })
    #expect(numbers(comma.items, "weight")[9] == 10.5)
  }

  @Test func missingWordsAreUnknown() throws {
    let values = ["4", "NA", "-", "n/a", "unknown", "?", "NaN", "NULL", "7", "9"]
    let (found, _) = try table("height", values)
    #expect(numbers(found.items, "height").count { $0.isNaN } == 7)
    let (towns, _) = try table("town", values.map { $0 == "4" ? "Rome" : $0 == "7" ? "Bonn" : $0 })
    #expect(categoryNames(towns.items, "town").count { $0.isEmpty } == 7)
  }

  @Test func codesBesideYearsAreUnknown() throws {
    let values = ["0", "1987", "2003", "9999", "-1", "1964", "2011", "1990", "0", "1975"]
    let (found, outcome) = try table("year", values)
    #expect(numbers(found.items, "year").count { $0.isNaN } == 4)
    #expect(
      how(outcome)
        == "`year`: number, -1 (once), 0 (2 times) and 9999 (once) beside years are unknown")
    let (pieces, _) = try table("pieces", ["0", "1", "2", "3", "0", "12", "9", "1", "99", "7"])
    #expect(numbers(pieces.items, "pieces").count { $0.isNaN } == 0)
  }

  @Test func loneCodesAreWarnedOfAndCanBeNamed() throws {
    let values = ["34", "-1", "51", "999", "28", "0", "45", "39", "34", "-1"]
    let (_, outcome) = try table("age", values)
    #expect(outcome.warnings.count == 1 && outcome.warnings[0].hasSuffix("missing=[-1, 0, 999]"))
    let (found, silent) = try table("age", values) { $0.wishes.missing = ["-1", "0", "999.0"] }
    #expect(numbers(found.items, "age").count { $0.isNaN } == 4 && silent.warnings.isEmpty)
  }

  @Test func datesAreYears() throws {
    let (found, outcome) = try table(
      "planted", (1...10).map { "2019-0\(1 + $0 % 9)-1\($0 % 10)" })
    let years = numbers(found.items, "planted")
    #expect(years.count { $0 > 2019 && $0 < 2020 } == 10)
    #expect(how(outcome) == "`planted`: number, dates, as years")
  }

  // MARK: Words

  @Test func wordsOfTextsAreCategories() throws {
    let texts = (0..<10).map {
      "A \(["tart", "mild"][$0 % 2]) fruit of the year \($0 + 1900), from \(["hill", "vale", "shore"][$0 % 3])"
    }
    let (found, outcome) = try table("notes", texts)
    #expect(outcome.readings.last?.kind == .words)
    let words = Set(categoryNames(found.items, "notes").joined())
    #expect(words == ["tart", "mild", "hill", "vale", "shore"])
    // As they stand, if that is wanted; it is said that they tell nothing then.
    let (plain, _) = try table("notes", texts) { $0.wishes.categories = ["notes"] }
    #expect(categoryNames(plain.items, "notes")[0] == [texts[0]])
    let (_, codes) = try table("code", (0..<10).map { "x\($0)" })
    #expect(
      codes.warnings.contains { $0.contains("tells nothing") && $0.contains("words=[\"code\"]") })
  }

  @Test func titlesHaveWordsIfThatIsWanted() throws {
    let (found, _) = try table("title", (0..<10).map { "Number \($0) \(["pear", "plum"][$0 % 2])" })
    {
      $0.wishes.words = ["title"]
    }
    #expect(found.items.titles[1] == "Number 1 plum")
    #expect(categoryNames(found.items, "title")[1] == ["plum"])
  }

  @Test func laterTablesAreReadAsTheFirstOne() throws {
    let (first, _) = try table("colours", (0..<10).map { ["red,blue", "blue", "red"][$0 % 3] })
    let (later, outcome) = try attached("item,colours\nn1,\"red,green\"\n", to: first)
    #expect(categoryNames(later.items, "colours").last == ["red", "green"])
    #expect(outcome.added == 1 && later.learnableDigest == first.learnableDigest)
  }

  // MARK: JSON lines and tables with double colons

  @Test func jsonLinesHaveListsAndMembersOfMembers() throws {
    let lines = names.enumerated().map { place, name in
      """
      {"item": "\(name)", "tags": ["a\(place % 2)", "b"], "maker": {"name": "m", "since": \(1990 + place)}, "seen": \
      [{"by": 1}], "at": [0.5, \(place)], "none": null}

      """
    }
    let (found, outcome) = try attached(lines.joined(), to: data, as: "t.jsonl")
    #expect(categoryNames(found.items, "tags")[3] == ["a1", "b"])
    #expect(categoryNames(found.items, "maker.name")[3] == ["m"])
    #expect(numbers(found.items, "maker.since")[3] == 1993)
    #expect(numbers(found.items, "at.1")[3] == 3)
    #expect(outcome.readings.contains { $0.column == "seen" && $0.role == .leftOut })
    let broken = #expect(throws: DatasetError.self) {
      try attached(lines[0] + "{\"item\": \n", to: data, as: "t.jsonl")
    }
    #expect(broken?.line == 2)
    let (_, counted) = try attached(lines[0] + "{\"item\": \n", to: data, as: "t.jsonl") {
      $0.badRows = .skip
    }
    #expect(counted.warnings.first?.contains("1 row could not be read") == true)
  }

  @Test func tablesOfDatFoldersNeedNoNames() throws {
    let films = names.enumerated().map { "\($1)::Reel \($0) (1999)::Calm|Long\n" }.joined()
    let (found, _) = try attached(films, to: data, as: "movies.dat")
    #expect(found.items.titles[2] == "Reel 2 (1999)")
    #expect(categoryNames(found.items, "genres")[2] == ["Calm", "Long"])
    let people = (0..<10).map { "u\($0)::town\($0 % 2)::\(1960 + $0)\n" }.joined()
    let refused = #expect(throws: DatasetError.self) { try attached(people, to: data, .users) }
    #expect(refused?.help == ["name them: columns=[id, field1, field2]"])
    let (named, _) = try attached(people, to: data, .users) { $0.names = ["id", "town", "born"] }
    #expect(numbers(named.users, "born")[4] == 1964)
  }

  @Test func foldersWithTablesOfAnotherShapeAreReadWithoutThem() throws {
    var format = MovieLens()
    format.folder = "reels"
    let data = try format.load(
      from: MemoryFiles([
        "reels/ratings.dat": "1::07::5::13900\n2::08::3::13901\n",
        "reels/users.dat": "1::x::1960\n",
        "reels/movies.dat": "07::Reel (1990)::Calm\n08::Other (1991)::Long\n09::New (1992)::Calm\n",
      ]))
    #expect(data.name == "reels" && data.users.features.isEmpty)
    #expect(data.items.ids.names == ["07", "08", "09"])
    #expect(data.notes.contains { $0.hasPrefix("reels/users.dat is left out") })
  }

  @Test func booksThatCannotBeReadAreCounted() throws {
    var format = BookCrossing()
    format.folder = "b"
    let data = try format.load(
      from: MemoryFiles([
        "b/BX-Book-Ratings.csv":
          "\"User-ID\";\"ISBN\";\"Book-Rating\"\n\"1\";\"a\";\"5\"\n\"1\";\"b\";\"7\"\n",
        "b/BX-Books.csv":
          "\"ISBN\";\"Book-Title\";\"Book-Author\";\"Year-Of-Publication\";\"Publisher\"\n"
          + "\"a\";\"A\";\"W\";\"0\";\"P\"\n\"b\";\"B\"\n\"c\";\"C\";\"W\";\"1999\";\"P\"\n"
          + "\"d\";\"D\";\"W\";\"2001\";\"P\"\n\"e\"\n",
      ]))
    #expect(data.notes.count == 1 && data.notes[0].contains("2 rows could not be read"))
    #expect(data.notes[0].hasSuffix("; and line 6"))
    #expect(data.items.ids.names == ["a", "b", "c", "d"])
    #expect(numbers(data.items, "year")[0].isNaN && numbers(data.items, "year")[2] == 1999)
  }
}
