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
  ])
  func aFileIsToldByItsFirstLine(path: String, text: String, format: String) throws {
    let data = try loaded(path, [path: text])
    #expect(data.name == "\(path) (read as \(format))")
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
}
