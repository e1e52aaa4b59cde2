import Datasets
import Testing

private func jsonl(
  _ text: String, _ change: (inout JSONLines) -> Void = { _ in }
) throws -> Dataset {
  var format = JSONLines()
  format.file = "r.jsonl"
  change(&format)
  return try format.load(from: MemoryFiles(["r.jsonl": text]))
}

@Suite struct JSONReadingTests {
  @Test func membersOfMembersCanBeNamed() throws {
    let text = """
      {"by": {"key": "a"}, "of": {"key": "x", "title": "X y"}, "rating": {"value": 2, "most": 5}}
      {"by": {"key": "b"}, "of": {"key": "z", "title": "Z"}, "rating": {"value": 3.5, "most": 5}}
      """
    let data = try jsonl(text) {
      $0.options.user = "by.key"
      $0.options.item = "of.key"
      $0.options.rating = "rating.value"
    }
    #expect(data.users.ids.names == ["a", "b"] && data.interactions.ratings == [2, 3.5])
    #expect(categoryNames(data.items, "of.title") == [["X y"], ["Z"]])
    let found = #expect(throws: DatasetError.self) {
      _ = try jsonl(text) { $0.options.user = "who.id" }
    }
    #expect(found?.message.contains("no member `who.id`") == true)
    #expect(found?.message.contains("by.key") == true)
  }

  @Test func listsAndObjectsBecomeFeaturesWhereTheyBelong() throws {
    let text = """
      {"user": "a", "item": "x", "rating": 2, "tags": ["new", "big"], "maker": {"name": "M", "since": 1990}}
      {"user": "b", "item": "x", "rating": 3, "tags": ["new", "big"], "maker": {"name": "M", "since": 1990}}
      {"user": "b", "item": "y", "rating": 3, "tags": [], "maker": {"name": "N", "since": 1994}}
      """
    let data = try jsonl(text)
    #expect(data.items.features.map(\.name) == ["tags", "maker.name", "maker.since"])
    #expect(categoryNames(data.items, "tags") == [["new", "big"], []])
    #expect(numbers(data.items, "maker.since") == [1990, 1994])
    #expect(data.interactions.columns.isEmpty && data.notes.isEmpty)
    #expect(data.readings.contains { $0.column == "tags" && $0.role == .feature })
  }

  @Test func whatIsLeftOutIsNamed() throws {
    let text = """
      {"user": "a", "item": "x", "rating": 2, "tags": ["new"], "old": null, "rows": [{"n": 1}], "ok": true}
      {"user": "b", "item": "x", "rating": 3, "tags": ["big"], "old": null, "rows": [], "ok": false}
      """
    let data = try jsonl(text)
    #expect(data.notes.contains { $0.contains("`tags` is left out") })
    #expect(data.notes.contains { $0.contains("old, rows") })
    #expect(data.readings.filter { $0.role == .leftOut }.map(\.column) == ["tags", "old", "rows"])
    #expect(data.interactions.columns["ok"]?.vocabulary.names == ["true", "false"])
  }

  @Test func aListOfItemsIsManyRows() throws {
    let data = try jsonl(
      "{\"user\": 1, \"items\": [\"a\", 2]}\n{\"user\": 2, \"items\": [\"a\"]}\n")
    #expect(data.feedback == .interactions && data.interactions.count == 3)
    #expect(data.items.ids.names == ["a", "2"])
  }

  @Test func whatPythonPrintsIsRead() throws {
    let text = """
      {'user': u'k1', 'item': "it's", 'rating': 2.0, 'fresh': True, 'old': None, 'pair': (1, 2,)}
      {'user': 'Caf\\xe9', 'item': 'm2', 'rating': 3L, 'fresh': False, 'old': nan, 'pair': ()}
      """
    let data = try jsonl(text)
    #expect(data.users.ids.names == ["k1", "Café"] && data.items.ids.names == ["it's", "m2"])
    #expect(data.interactions.ratings == [2, 3])
    #expect(data.remarks.contains { $0.contains("Python") })
    #expect(data.interactions.columns["fresh"]?.vocabulary.names == ["True", "False"])
    let plain = try jsonl(
      "{\"user\": 1, \"item\": 2, \"rating\": 3, \"fresh\": True, \"old\": NaN}\n")
    #expect(plain.interactions.ratings == [3])
    #expect(throws: DatasetError.self) { try jsonl("{'user': 1, 'item': 2, 'rating': 3") }
    #expect(throws: DatasetError.self) { try jsonl("{user: 1}") }
  }

  @Test func datesAndCodesAreReadAsInTables() throws {
    let text = """
      {"user": 1, "item": 2, "rating": "3,5", "time": "2021-03-01T00:00:00Z", "did": "view"}
      {"user": 1, "item": 3, "rating": 99, "time": "2021-03-02T00:00:00Z", "did": "view"}
      {"user": 2, "item": 3, "rating": 4, "time": "2021-03-02T00:00:00Z", "did": "buy"}
      """
    let data = try jsonl(text) { $0.options.missing = ["99"] }
    #expect(data.interactions.ratings == [3.5, 4])
    #expect(data.interactions.times == [1_614_556_800, 1_614_643_200])
    let bought = try jsonl(text) { $0.options.kinds = ["did=buy"] }
    #expect(bought.interactions.count == 1 && bought.users.ids.names == ["2"])
  }
}
