import Datasets
import Testing

/// Words of texts as features: weighed by how rare they are, and in categories by a hash.
@Suite struct WordFeatureTests {
  let data: Dataset
  private let plots = [
    "the old sea and a lonely ship", "a lonely ship in the storm", "the storm over the old town",
    "a town by the sea", "old friends meet in a town", "the ship of old friends",
    "a sea of sand", "sand and storm", "friends on a lonely hill", "the hill above the town",
  ]

  init() throws {
    data = try ratings(
      "user,item,rating\n" + (0..<10).map { "u\($0),i\($0),\(1 + $0 % 5)\n" }.joined())
  }

  private func table(_ plots: [String], from first: Int = 0) -> String {
    "item,plot\n" + plots.enumerated().map { "i\($0 + first),\"\($1)\"\n" }.joined()
  }

  private func feature(_ data: Dataset) throws -> Feature {
    try #require(data.items.features.first { $0.name == "plot" })
  }

  private func weight(_ word: String, _ feature: Feature) -> Float? {
    guard case .categories(let vocabulary, _, _) = feature.values else { return nil }
    return vocabulary[word].map { feature.weight(of: $0) }
  }

  @Test func rareWordsWeighMore() throws {
    let (found, outcome) = try attached(table(plots), to: data) {
      $0.wishes.words = ["plot"]
      $0.wishes.weighing = .tfIdf
    }
    let feature = try feature(found)
    // Of ten texts three have "ship" and two have "hill": 1 + ln(11/4) and 1 + ln(11/3).
    let ship = try #require(weight("ship", feature))
    let hill = try #require(weight("hill", feature))
    #expect(abs(ship - 2.0116) < 1e-4 && abs(hill - 2.2993) < 1e-4, "\(ship) \(hill)")
    #expect(outcome.readings.last?.sentence.contains("weighed by how rare they are") == true)
    // Items that come later change no weight of before.
    let (later, _) = try attached(
      table(["a lonely hill in the sand", "sand, sand and hill"], from: 10), to: found)
    let after = try self.feature(later)
    #expect(weight("ship", after) == ship && weight("hill", after) == hill)
    #expect(later.learnableDigest == found.learnableDigest)
  }

  @Test func alikeIsWhatItWas() throws {
    let (plain, _) = try attached(table(plots), to: data) { $0.wishes.words = ["plot"] }
    #expect(try feature(plain).weights.isEmpty)
  }

  @Test func bucketsTakeWordsOfLaterTexts() throws {
    let (found, outcome) = try attached(table(plots), to: data) {
      $0.wishes.words = ["plot"]
      $0.wishes.buckets = 64
    }
    let before = categoryNames(found.items, "plot")
    #expect(before.allSatisfy { !$0.isEmpty && $0.allSatisfy { $0.hasSuffix("/64") } })
    #expect(outcome.readings.last?.sentence.contains("in 64 categories by a hash") == true)
    // The same word falls into the same bucket, and the number of buckets need not be said again.
    let (later, _) = try attached(table(["storm", "unheard words"], from: 10), to: found)
    let after = categoryNames(later.items, "plot")
    #expect(Set(before[1]).isSuperset(of: after[10]) && Set(before[7]).isSuperset(of: after[10]))
    #expect(after[11].count == 2 && Array(after.prefix(10)) == before)
    #expect(later.learnableDigest == found.learnableDigest)
  }

  @Test(arguments: [" ", "::", "  "]) func tablesWithOtherSeparators(separator: String) throws {
    let rows = (0..<10).map { "i\($0)\(separator)\($0 * 3)\(separator)made\($0 % 2)\n" }
    let head = "item\(separator)height\(separator)maker\n"
    for told in [Separator.guess, separator == "::" ? .mark("::") : .space] {
      let (found, _) = try attached(head + rows.joined(), to: data) { $0.separator = told }
      #expect(numbers(found.items, "height")[4] == 12)
      #expect(categoryNames(found.items, "maker")[3] == ["made1"])
    }
  }

  @Test func arraysMayTellOfFurtherItems() throws {
    var items = data.items
    #expect(items.welcome(["x", "y"], describedBy: ["image.0", "image.1"]) == 0)
    #expect(items.welcome(["i3", "new"], describedBy: ["image.0", "image.1"]) == 1)
    #expect(items.count == 11 && items.ids["new"] == 10)
  }

  @Test func membersOfTheLastLinesAreColumnsToo() throws {
    var lines = (0..<10).map { "{\"item\": \"i\($0)\", \"tags\": \"a\"}" }
    lines[9] = "{\"item\": \"i9\", \"tags\": [\"a\", \"b\"], \"late\": 5}"
    let (found, _) = try attached(lines.joined(separator: "\n") + "\n", to: data, as: "t.jsonl")
    #expect(numbers(found.items, "late")[9] == 5)
    #expect(categoryNames(found.items, "tags")[9] == ["a", "b"])
    #expect(categoryNames(found.items, "tags")[0] == ["a"])
    lines[4] = "{\"item\": "
    lines[6] = "no object"
    let (_, outcome) = try attached(lines.joined(separator: "\n"), to: data, as: "t.jsonl") {
      $0.badRows = .skip
    }
    let note = try #require(outcome.warnings.first)
    #expect(note.contains("2 rows could not be read") && note.contains("and line 7"), "\(note)")
    lines[6] = lines[7]
    let twice = #expect(throws: DatasetError.self) {
      try attached(lines.joined(separator: "\n"), to: data, as: "t.jsonl") { $0.badRows = .skip }
    }
    // The line is that of the file, whatever was passed over before.
    #expect(twice?.line == 8)
  }
}
