import Datasets
import Language
import Testing

/// What a path without a format is taken for.
@Suite struct FoundFormatTests {
  private func loaded(_ path: String, _ files: [String: String]) throws -> Dataset {
    let format = try #require(FoundFormat(path: .text(path)))
    return try format.load(from: MemoryFiles(files))
  }

  @Test(arguments: [
    ("r.csv", "userId;movieId;rating\n1;2;3\n", "csv"),
    ("r.txt", "user\titem\tscore\n1\t2\t3\n", "csv"),
    ("r.jsonl", "{\"user\":1,\"item\":2,\"rating\":3}\n", "jsonl"),
    ("a.json", "{\"reviewerID\":\"A\",\"asin\":\"B\",\"overall\":3.0}\n", "amazon"),
    ("a.csv", "A2,B000000001,5.0,1350000000\n", "amazon"),
    ("u.data", "196\t242\t3\t881250949\n", "movielens"),
    ("ratings.dat", "1::1193::5::978300760\n", "movielens"),
    ("t.inter", "user_id:token\titem_id:token\trating:float\n1\t2\t3\n", "recbole"),
    ("b.csv", "\"User-ID\";\"ISBN\";\"Book-Rating\"\n\"1\";\"2\";\"8\"\n", "book-crossing"),
  ])
  func aFileIsToldByItsFirstLine(path: String, text: String, format: String) throws {
    let data = try loaded(path, [path: text])
    #expect(data.name.hasSuffix(" (read as \(format))"), "\(data.name)")
    #expect(data.interactions.count == 1)
  }

  @Test func aFolderIsToldByItsFiles() throws {
    let inter = "user_id:token\titem_id:token\trating:float\n1\t2\t3\n"
    #expect(try loaded("x", ["x/toys.inter": inter]).name.hasSuffix("(read as recbole)"))
    let dat = ["m/ratings.dat": "1::2::3::4\n", "m/movies.dat": "2::Film (1990)::Drama\n"]
    #expect(try loaded("m", dat).name.hasSuffix("(read as movielens)"))
    let states = ["s/warm_state.json": "{\"1\":[\"2\"]}", "s/warm_state_y.json": "{\"1\":[3]}"]
    #expect(try loaded("s", states).name.hasSuffix("(read as melu)"))
  }

  @Test func whatNothingRecognisesIsRefused() throws {
    for (path, files) in [
      ("r.csv", ["r.csv": "a,b,c\n1,2,3\n"]), ("x", ["x/notes.txt": "hello"]),
    ] {
      let found = #expect(throws: DatasetError.self) { try loaded(path, files) }
      #expect(found?.code == "E0511" && found?.message == "no format is recognised in it")
    }
    let missing = #expect(throws: DatasetError.self) { try loaded("no.csv", [:]) }
    #expect(missing?.code == "E0501")
    #expect(FoundFormat(path: .word("movielens")) == nil)
    #expect(FoundFormat(path: .word("ml/u.data"))?.path == "ml/u.data")
  }

  @Test func whatIsNoTableIsToldAsWhatItIs() throws {
    let cases: [(text: String, message: String, help: String)] = [
      ("[{\"user\":1}]", "one list", "jq -c '.[]'"),
      ("{\n\"user\": 1,\n\"item\": 2, \"rating\": 3}\n", "several lines", "jq -c ."),
      ("{\"7\": [1, 2]}\n", "folder of files", "give the folder"),
      ("PK\u{3}\u{4}..", "zip archive", "unzip"), ("user,item,rating\r1,2,3\r", "returns", "tr "),
      ("\n\n", "no rows", ""), ("u0,i1,1\n", "no format is recognised", "columns=["),
    ]
    for (text, message, help) in cases {
      let found = #expect(throws: DatasetError.self) { try loaded("r", ["r": text]) }
      #expect(found?.message.contains(message) == true, "\(found?.message ?? text)")
      #expect(help.isEmpty || found?.help.contains { $0.contains(help) } == true, "\(text)")
    }
  }

  @Test func oneOfSeveralFilesOfRatingsIsNamed() throws {
    let inter = "user_id:token\titem_id:token\trating:float\n1\t2\t3\n"
    let files = [
      "x/ml.train.inter": inter, "x/ml.test.inter": inter + "1\t3\t4\n",
      "x/ml.user": "user_id:token\tage:float\n1\t30\n",
    ]
    let found = #expect(throws: DatasetError.self) { try loaded("x", files) }
    #expect(found?.message.contains("2 files of ratings") == true)
    #expect(found?.help.first?.contains("x/ml.test.inter") == true)
    let data = try loaded("x/ml.test.inter", files)
    #expect(data.interactions.count == 2 && data.users.features.map(\.name) == ["age"])
  }

  @Test func ratingsOfOneFileSayWhereTheRestIs() throws {
    let files = ["m/u.data": "1\t2\t3\t4\n", "m/u.item": ""]
    let data = try loaded("m/u.data", files)
    #expect(data.scale == RatingScale(1, 5))
    #expect(data.notes.first?.contains("`load \"m\"`") == true)
    let half = try loaded("r.dat", ["r.dat": "1::2::0.5::4\n"])
    #expect(half.scale == RatingScale(0.5, 5) && half.notes.isEmpty)
  }
}
