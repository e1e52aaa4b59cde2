import Datasets
import Testing

/// The data set of these files, or what is said of them.
private func outcome(
  _ format: some DatasetFormat, _ files: [String: String]
) -> Result<Dataset, DatasetError> {
  do {
    return .success(try format.load(from: MemoryFiles(files)))
  } catch {
    return .failure(error as? DatasetError ?? DatasetError("\(error)"))
  }
}

extension Result where Failure == DatasetError {
  /// What went wrong, with its place.
  fileprivate var complaint: String {
    if case .failure(let error) = self { return error.sentence }
    return "nothing"
  }
}

private func jsonl(_ file: String) -> JSONLines {
  var format = JSONLines()
  format.file = file
  return format
}

@Suite struct JSONLinesTests {
  @Test func membersAreFoundWhateverTheirOrder() throws {
    let text = """
      {"rating": 4.5, "user": "a\\u00e9\\n\\"", "extra": {"x": [1, {"y": null}]}, "item": 7, "time": 12}

      {"item": 7, "user": "b", "rating": "3", "time": 1700000000, "extra": "}"}
      """
    let data = try outcome(jsonl("r.jsonl"), ["r.jsonl": text]).get()
    #expect(data.users.ids.names == ["aé\n\"", "b"])
    #expect(data.items.ids.names == ["7"])
    #expect(data.interactions.ratings == [4.5, 3])
    #expect(data.interactions.times == [12, 1_700_000_000])
  }

  @Test func whatIsWrongIsSaidWithItsLine() {
    let good = "{\"user\": 1, \"item\": 2, \"rating\": 3}\n"
    let faults = [
      ("{\"user\": 1, \"item\": 2}", "r.jsonl:2: the object has no `rating`"),
      ("{\"user\": 1, \"item\": 2, \"rating\": NaN}", "r.jsonl:2: a number is expected here"),
      ("{\"user\": 1, \"item\": 2, \"rating\": \"x\"}", "r.jsonl:2: `rating` must be a finite"),
      ("{\"user\": \"\", \"item\": 2, \"rating\": 1}", "r.jsonl:2: `user` is empty"),
      ("{\"user\": 1", "r.jsonl:2: `}` is missing"),
      ("{\"user\": \"a", "r.jsonl:2: a text has no closing quote"),
      ("{\"user\": 1, \"item\": 2, \"rating\": 3} x", "r.jsonl:2: something follows"),
      ("[1]", "r.jsonl:2: `{` is missing"),
    ]
    for (line, words) in faults {
      let complaint = outcome(jsonl("r.jsonl"), ["r.jsonl": good + line]).complaint
      #expect(complaint.hasPrefix(words), "\(complaint)")
    }
    var format = jsonl("r.jsonl")
    format.options.badRows = .skip
    let data = try? outcome(format, ["r.jsonl": good + "x\n" + good]).get()
    #expect(data?.interactions.count == 2)
    #expect(data?.notes.count == 1)
    let deep = good + "{\"user\": " + String(repeating: "[", count: 100_000)
    #expect(outcome(jsonl("r.jsonl"), ["r.jsonl": deep]).complaint != "nothing")
    let other = String(repeating: "[", count: 100_000)
    let nested = "{\"user\": 1, \"item\": 2, \"rating\": 3, \"deep\": " + other
    #expect(outcome(jsonl("r.jsonl"), ["r.jsonl": nested]).complaint.contains("64 levels"))
  }
}

@Suite struct AmazonReviewsTests {
  private func load(_ text: String) throws -> Dataset {
    var format = AmazonReviews()
    format.file = "a"
    return try outcome(format, ["a": text]).get()
  }

  @Test func everyReleaseIsKnownByItsContent() throws {
    let releases = [
      "A2SUAM1J3GNN3B,0000013714,5.0,1400457600\nA14VAT5EAX3D9S,0000013714,5.0,1363478400\n",
      "0000013714,A2SUAM1J3GNN3B,5.0,1400457600\n0000013714,A14VAT5EAX3D9S,5.0,1363478400\n",
      "{\"reviewerID\": \"A2SUAM1J3GNN3B\", \"asin\": \"0000013714\", \"helpful\": [0, 0], \"reviewText\": \"ok\", \"overall\": 5.0, \"unixReviewTime\": 1400457600}\n{\"reviewerID\": \"A14VAT5EAX3D9S\", \"asin\": \"0000013714\", \"overall\": 5.0, \"unixReviewTime\": 1363478400}\n",
      "user_id,parent_asin,rating,timestamp\nA2SUAM1J3GNN3B,0000013714,5.0,1400457600000\nA14VAT5EAX3D9S,0000013714,5.0,1363478400000\n",
    ]
    for release in releases {
      let data = try load(release)
      #expect(data.users.ids.names == ["A2SUAM1J3GNN3B", "A14VAT5EAX3D9S"])
      #expect(data.items.ids.names == ["0000013714"])
      #expect(data.interactions.times == [1_400_457_600, 1_363_478_400])
      #expect(data.interactions.ratings == [5, 5])
    }
  }
}

@Suite struct BookCrossingTests {
  private let files = [
    "b/BX-Book-Ratings.csv":
      "\"User-ID\";\"ISBN\";\"Book-Rating\"\r\n\"276725\";\"034545104X\";\"0\"\r\n\"276726\";\"0155061224\";\"5\"\r\n\"7\";\"034545104X\";\"9\"\r\n",
    "b/BX-Users.csv":
      "\"User-ID\";\"Location\";\"Age\"\n\"7\";\"nyc, new york, usa\";NULL\n\"276726\";\"seattle, washington, usa\";\"18\"\n",
    "b/BX-Books.csv":
      "\"ISBN\";\"Book-Title\";\"Book-Author\";\"Year-Of-Publication\";\"Publisher\";\"Image-URL-S\"\n\"034545104X\";\"The \\\"Flesh\\\" Tint; One\";\"M. J. Rose\";\"2002\";\"Ballantine\";\"http\"\n",
  ]

  private func format(_ implicit: BookCrossing.Implicit = .drop) -> BookCrossing {
    var format = BookCrossing()
    format.folder = "b"
    format.implicit = implicit
    return format
  }

  @Test func ratingsOfZeroAreNoRatings() throws {
    let data = try outcome(format(), files).get()
    #expect(data.users.ids.names == ["276726", "7"])
    #expect(data.items.ids.names == ["034545104X", "0155061224"])
    #expect(data.interactions.ratings == [5, 9])
    #expect(data.scale == RatingScale(1, 10))
    #expect(data.notes.count == 1)
    #expect(data.items.titles == ["The \"Flesh\" Tint; One", ""])
    #expect(categoryNames(data.users, "country") == [["usa"], ["usa"]])
    #expect(numbers(data.users, "age")[0] == 18)
    #expect(numbers(data.users, "age")[1].isNaN)
    #expect(try outcome(format(.keep), files).get().interactions.count == 3)
  }
}

@Suite struct MeLUStatesTests {
  private func load(_ files: [String: String]) -> Result<Dataset, DatasetError> {
    var format = MeLUStates()
    format.folder = "m"
    return outcome(format, files)
  }

  @Test func statesBecomeAColumn() throws {
    let data = try load([
      "m/warm_state.json": "{\"1\": [10, 20], \"2\": [\"10\"]}",
      "m/warm_state_y.json": "{\"1\": [5, 3], \"2\": [4]}",
      "m/user_and_item_cold_state.json": "{\"3\": [30]}",
      "m/user_and_item_cold_state_y.json": "{\"3\": [1.0]}",
      "m/other.json": "[]",
    ]).get()
    #expect(data.interactions.count == 4)
    #expect(data.interactions.columns["state"]?.vocabulary.names == ["both-cold", "warm"])
    #expect(data.items.ids.names == ["30", "10", "20"])
    #expect(data.interactions.ratings == [1, 5, 3, 4])
  }

  @Test func listsOfUnequalLengthAreRefused() {
    let complaint = load([
      "m/a.json": "{\n\"1\": [10, 20]}", "m/a_y.json": "{\"1\": [5]}",
    ]).complaint
    #expect(complaint == "m/a.json:2: user 1 has 2 items, and 1 rating in `m/a_y.json`")
    #expect(
      load(["m/a.json": "{}", "m/a_y.json": "{}"]).complaint.contains("no state has a rating"))
  }
}
