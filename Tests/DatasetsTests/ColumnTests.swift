import Datasets
import Testing

/// Which columns are read, and which are kept.
@Suite struct ColumnTests {
  private func csv(_ text: String, _ change: (inout DelimitedText) -> Void) throws -> Dataset {
    var format = DelimitedText()
    format.file = "r"
    change(&format)
    return try format.load(from: MemoryFiles(["r": text]))
  }

  private func jsonl(_ text: String, _ change: (inout JSONLines) -> Void = { _ in }) throws
    -> Dataset
  {
    var format = JSONLines()
    format.file = "r"
    change(&format)
    return try format.load(from: MemoryFiles(["r": text]))
  }

  @Test func columnsWithoutALineOfNamesAreNamed() throws {
    let data = try csv("7;a;3\n8;b;4\n") { $0.columns = ["user", "item", "rating"] }
    #expect(data.users.ids.names == ["7", "8"] && data.interactions.ratings == [3, 4])
    let twice = #expect(throws: DatasetError.self) {
      _ = try csv("7;a;3\n") { $0.columns = ["user", "user", "rating"] }
    }
    #expect(twice?.message == "columns= names `user` twice")
    let unnamed = #expect(throws: DatasetError.self) { _ = try csv("7;a;3\n") { _ in } }
    #expect(unnamed?.help.contains { $0.contains("columns=[") } == true)
    let other = #expect(throws: DatasetError.self) {
      _ = try csv("user;item;rating\n7;a;3\n") { $0.separator = .comma }
    }
    #expect(other?.help.contains { $0.contains("sep=semicolon") } == true)
  }

  @Test func timesThatAreNoneOfOursCanBeLeft() throws {
    let text = "user,item,rating,time\n1,2,3,in May\n"
    #expect(throws: DatasetError.self) { _ = try csv(text) { _ in } }
    let data = try csv(text) { $0.options.time = "none" }
    #expect(data.interactions.times.isEmpty && data.interactions.columns["time"] != nil)
  }

  @Test func clicksInJSONCountTheSame() throws {
    let data = try jsonl(#"{"user":1,"item":2,"did":"click","time":"noon"}"#) {
      $0.options.rating = "none"
      $0.options.time = "none"
    }
    #expect(data.interactions.ratings == [1] && data.interactions.times.isEmpty)
    #expect(data.interactions.columns["did"]?.vocabulary.names == ["click"])
  }

  @Test func otherMembersBecomeColumns() throws {
    let data = try jsonl(
      """
      {"user":1,"item":2,"rating":3,"did":"buy \\"it\\"","n":7,"tags":["a"]}
      {"user":1,"item":3,"rating":4,"tags":[],"n":8}
      """)
    let columns = data.interactions.columns
    #expect(columns.keys.sorted() == ["did", "n"])
    #expect(columns["did"]?.vocabulary.names == ["buy \"it\"", ""])
    #expect(columns["n"]?.vocabulary.names == ["7", "8"])
  }

  @Test func whatAnIdMustBeIsSaid() throws {
    let found = #expect(throws: DatasetError.self) {
      _ = try jsonl(
        #"{"user":1,"item":2,"rating":3}"# + "\n" + #"{"user":1,"item":null,"rating":3}"#)
    }
    #expect(found?.line == 2 && found?.message == "`item` must be a text or a number")
  }

  @Test func bothFormsOfAmazons2023HaveTheSameItems() throws {
    let json =
      #"{"rating":5.0,"title":"x","asin":"B000000001","parent_asin":"P000000001","#
      + #""user_id":"A","timestamp":1600000000000}"#
    let csv = "user_id,parent_asin,rating,timestamp\nA,P000000001,5.0,1600000000000\n"
    for text in [json, csv] {
      var format = AmazonReviews()
      format.file = "r"
      let data = try format.load(from: MemoryFiles(["r": text]))
      #expect(data.items.ids.names == ["P000000001"] && data.interactions.times == [1_600_000_000])
      #expect(data.interactions.columns.isEmpty)
    }
  }
}
