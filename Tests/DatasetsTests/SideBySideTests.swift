import Datasets
import Kernels
import Testing

/// Several data sets as one: a model learns from some and is tested on another.
@Suite struct SideBySideTests {
  /// Ten ratings each of users 1 to `users`, in a column file with a category for each item.
  private func shop(
    _ name: String, users: Int, ratings: ClosedRange<Int>, shared: Bool = false
  ) throws -> Dataset {
    var text = "user,item,rating,mood\n"
    for user in 1...users {
      for item in 1...10 {
        let rating = ratings.lowerBound + (user + item) % ratings.count
        text += "\(user),\(item),\(rating),\(name == "films" ? "calm" : "wild")\n"
      }
    }
    var format = DelimitedText()
    format.file = "r.csv"
    var data = try format.load(from: MemoryFiles(["r.csv": text]))
    let items = data.items.count
    data.items.titles = (0..<items).map { "\(name) \($0)" }
    data.items.features = [
      Feature(
        "kind",
        .categories(
          Vocabulary([name, "both"]), offsets: (0...Int32(items)).map { $0 },
          codes: (0..<Int32(items)).map { $0 % 2 })),
      Feature(name == "films" ? "length" : "pages", .numbers((0..<items).map { Float($0) })),
    ]
    return data.asDomain(name, sharesUsers: shared)
  }

  private func joint(shared: Bool = false) throws -> Dataset {
    try shop("films", users: 30, ratings: 1...5, shared: shared)
      .joined(with: shop("books", users: 20, ratings: 1...10, shared: shared))
  }

  @Test func idsFeaturesAndScalesComeTogether() throws {
    let data = try joint()
    #expect(data.name == "films + books")
    #expect(data.users.count == 50 && data.items.count == 20 && data.interactions.count == 500)
    #expect(data.items.ids["films/3"] != nil && data.items.ids["books/3"] != nil)
    let book = try #require(data.items.ids["books/2"])
    #expect(data.items.label(book) == "books 1")
    #expect(categoryNames(data.items, "kind")[book] == ["both"])
    #expect(categoryNames(data.items, "domain")[book] == ["books"])
    #expect(numbers(data.items, "pages")[book] == 1 && numbers(data.items, "length")[book].isNaN)
    // 1 to 10 become 1 to 5, and that is said.
    #expect(data.interactions.ratings.max() == 5 && data.interactions.ratings.min() == 1)
    #expect(data.notes.contains { $0.contains("the ratings of books") })
    let moods = try #require(data.interactions.columns["mood"])
    #expect(moods.vocabulary.names[Int(moods.codes[499])] == "wild")
  }

  @Test func usersAreTheSamePeopleWhereThatIsSaid() throws {
    let data = try joint(shared: true)
    #expect(data.users.count == 30)
    #expect(data.rowsByUser()[0].count == 20)
  }

  @Test func aDomainIsTestedThatTrainingNeverSaw() throws {
    var splitting = TaskSplitting()
    splitting.by = .domain
    splitting.test = .values(["books"])
    splitting.query = .count(5)
    let data = try joint(shared: true)
    let split = try splitting.split(data, key: RandomKey(seed: 1))
    func domains(_ tasks: [UserTask]) -> Set<[String]> {
      let names = categoryNames(data.items, "domain")
      return Set(
        tasks.flatMap { $0.support + $0.query }.map { names[Int(data.interactions.items[Int($0)])] }
      )
    }
    #expect(split.test.count == 20)
    #expect(domains(split.test) == [["books"]])
    #expect(domains(split.train + split.valid) == [["films"]])
    #expect(split.leaks(in: data.interactions).isClean)
    #expect(split.leaks(in: data.interactions).newItems == 10)
    // A user of both has a task in both, with other ratings.
    #expect(split.leaks(in: data.interactions).sharedUsers > 0)
  }

  @Test func whatToTrainOnCanBeSaid() throws {
    var splitting = TaskSplitting()
    splitting.by = .domain
    splitting.test = .values(["books"])
    splitting.train = ["films"]
    splitting.query = .count(5)
    let three = try joint().joined(with: shop("games", users: 40, ratings: 1...5))
    let split = try splitting.split(three, key: RandomKey(seed: 1))
    #expect(split.train.count + split.valid.count == 30)
    splitting.train = []
    let all = try splitting.split(three, key: RandomKey(seed: 1))
    #expect(all.train.count + all.valid.count == 70)
  }

  @Test func whatIsMissingIsSaid() throws {
    var splitting = TaskSplitting()
    splitting.by = .domain
    func complaint(_ data: Dataset) -> DatasetError? {
      #expect(throws: DatasetError.self) { try splitting.split(data, key: RandomKey(seed: 1)) }
    }
    #expect(complaint(try shop("films", users: 9, ratings: 1...5))?.code == "E0520")
    #expect(complaint(try joint())?.help == ["test=books"])
    splitting.test = .values(["boks"])
    #expect(complaint(try joint())?.suggestions == ["books"])
    splitting.test = .values(["books"])
    splitting.train = ["flims"]
    #expect(complaint(try joint())?.suggestions == ["films"])
  }

  @Test func aDomainLoadedAgainReplacesItself() throws {
    let rest = try #require(try joint().without(domain: "films"))
    #expect(rest.domains == ["books"] && rest.users.count == 20 && rest.items.count == 10)
    let again = rest.joined(with: try shop("films", users: 5, ratings: 1...5))
    #expect(again.users.count == 25)
    #expect(again.items(of: "films").count { $0 } == 10)
    let alone = try shop("films", users: 5, ratings: 1...5).without(domain: "films")
    #expect(alone == nil)
  }
}
