import Datasets
import Kernels
import Language
import Testing

/// Items of the catalogue that nobody has rated are items of the data, and change nothing about the others.
@Suite struct CatalogueTests {
  private let plain: Dataset
  private let catalogue: Dataset

  init() throws {
    let rows = (0..<60).map { "u\($0 % 12),i\(($0 * 7) % 10),\(1 + $0 % 5)\n" }
    let described = try attached(
      "item,kind,size\n" + (0..<10).map { "i\($0),k\($0 % 3),\($0)\n" }.joined(),
      to: ratings("user,item,rating\n" + rows.joined()))
    plain = described.data
    catalogue = try attached("item,kind,size\nn1,k0,4\nn2,k9,\n", to: plain).data
  }

  @Test func theyStandBehindTheRatedOnes() {
    #expect(catalogue.items.count == 12 && catalogue.unratedItemCount == 2)
    #expect(catalogue.items.ids.names.suffix(2) == ["n1", "n2"])
    #expect(catalogue.items.ids.names.prefix(10) == plain.items.ids.names[...])
    #expect(categoryNames(catalogue.items, "kind").suffix(2) == [["k0"], ["k9"]])
    #expect(numbers(catalogue.items, "size")[11].isNaN)
  }

  @Test func whatIsLearntFromIsTheSame() {
    #expect(catalogue.learnableDigest == plain.contentDigest)
    #expect(catalogue.contentDigest != plain.contentDigest)
  }

  @Test(
    arguments: TaskSplitting.Dealing.allCases.filter { ![.domain, .group, .time].contains($0) })
  func splitsAreTheSame(_ dealing: TaskSplitting.Dealing) throws {
    var splitting = TaskSplitting()
    (splitting.by, splitting.query, splitting.min) = (dealing, .count(1), 2)
    (splitting.valid, splitting.test) = (.share(0.3), .share(0.3))
    let key = RandomKey(seed: 3)
    let (before, after) = (
      try splitting.split(plain, key: key), try splitting.split(catalogue, key: key)
    )
    #expect(before.fingerprint == after.fingerprint && before.test == after.test)
  }

  @Test(arguments: TaskSplitting.Cold.allCases)
  func statesAreTheSame(_ cold: TaskSplitting.Cold) throws {
    var splitting = TaskSplitting()
    (splitting.cold, splitting.query, splitting.min) = (cold, .count(1), 2)
    (splitting.valid, splitting.test) = (.share(0.2), .share(0.4))
    let key = RandomKey(seed: 3)
    let (before, after) = (
      try splitting.split(plain, key: key), try splitting.split(catalogue, key: key)
    )
    #expect(before.fingerprint == after.fingerprint && before.test == after.test)
  }

  @Test func cleaningKeepsThemUnlessTheyFailIt() throws {
    var cleaning = Cleaning()
    cleaning.duplicates = .last
    #expect(try cleaning.cleaned(catalogue).0.unratedItemCount == 2)
    cleaning.missing = .drop
    let (known, changes) = try cleaning.cleaned(catalogue)
    #expect(known.items.ids.names.last == "n1")
    #expect(changes.contains { $0.what == "items without ratings removed" && $0.count == 1 })
    cleaning.missing = .keep
    cleaning.core = 2
    #expect(try cleaning.cleaned(catalogue).0.unratedItemCount == 0)
  }

  @Test func theyGoWithTheirDomain() throws {
    let first = catalogue.asDomain("a", sharesUsers: true)
    let both = first.joined(with: plain.asDomain("b", sharesUsers: true))
    #expect(both.unratedItemCount == 2)
    #expect(both.without(domain: "b")?.unratedItemCount == 2)
    #expect(both.without(domain: "a")?.unratedItemCount == 0)
  }

  @Test func laterTablesReplaceWhatTheyTellAndNothingElse() throws {
    let (data, outcome) = try attached("item,kind\ni1,k7\nn2,k0\nn3,k1\n", to: catalogue)
    #expect(outcome.known == 2 && outcome.added == 1)
    #expect(outcome.replaced.columns.map(\.name) == ["kind"])
    #expect(outcome.replaced.entities.map { data.items.ids.names[$0] }.sorted() == ["i1", "n2"])
    let kinds = categoryNames(data.items, "kind")
    #expect(kinds[try #require(data.items.ids["i1"])] == ["k7"])
    #expect(kinds[try #require(data.items.ids["i2"])] == ["k2"])
    #expect(kinds[try #require(data.items.ids["n3"])] == ["k1"])
    #expect(data.learnableDigest != plain.contentDigest)
  }

  @Test func atomicFilesHaveTheirCatalogue() throws {
    var format = RecBole()
    format.folder = "d"
    let data = try format.load(
      from: MemoryFiles([
        "d/x.inter": "user_id:token\titem_id:token\trating:float\nu\ta\t3\nu\tb\t4\n",
        "d/x.item": "item_id:token\tkind:token\nc\tred\nb\tblue\n",
      ]))
    #expect(data.items.ids.names == ["a", "b", "c"])
    #expect(categoryNames(data.items, "kind") == [[], ["blue"], ["red"]])
  }
}
