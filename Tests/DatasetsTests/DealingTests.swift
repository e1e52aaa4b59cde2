import Datasets
import Kernels
import Testing

private let sample = SampleData().load(from: MemoryFiles([String: [UInt8]]()))

/// What is dealt out to the parts of a split, and what cannot be.
@Suite struct DealingTests {
  private func split(_ change: (inout TaskSplitting) -> Void) throws -> TaskSplit {
    var splitting = TaskSplitting()
    change(&splitting)
    return try splitting.split(sample, key: RandomKey(seed: 7).derived("split"))
  }

  private func fault(_ change: (inout TaskSplitting) -> Void) -> DatasetError? {
    #expect(throws: DatasetError.self) { _ = try split(change) }
  }

  @Test func theCategoriesOfEachPartAreKnown() throws {
    let drawn = try split {
      $0.by = .category
      $0.query = .count(1)
    }
    let dealt = try #require(drawn.dealt)
    let all = TaskSplit.Part.allCases.flatMap { dealt[$0] }
    #expect(dealt.feature == "category" && all.count == 8 && Set(all).count == 8)
    let named = try split {
      $0.by = .category
      $0.query = .count(1)
      $0.test = .values(["plush"])
    }
    #expect(named.dealt?[.test] == ["plush"])
    // Validation users are drawn from those who are trained on.
    #expect(named.dealt?[.valid] == [])
    #expect(try split { _ in }.dealt == nil)
  }

  @Test func tooFewCategoriesAreNamed() throws {
    var data = sample
    data.users.features = [
      Feature(
        "gender",
        .categories(
          Vocabulary(["M", "F"]), offsets: (0...Int32(data.users.count)).map { $0 },
          codes: (0..<Int32(data.users.count)).map { $0 % 2 })),
      Feature("years", .numbers(Array(repeating: 30, count: data.users.count))),
    ]
    var splitting = TaskSplitting()
    splitting.by = .group
    let key = RandomKey(seed: 7)
    let few = #expect(throws: DatasetError.self) { _ = try splitting.split(data, key: key) }
    #expect(few?.message.contains("`gender` has 2 values; 1 for the test") == true)
    #expect(few?.help.contains { $0.contains("test=M") } == true)
    splitting.test = .values(["F"])
    #expect(try splitting.split(data, key: key).test.count > 200)
    splitting.feature = "years"
    let number = #expect(throws: DatasetError.self) { _ = try splitting.split(data, key: key) }
    #expect(number?.message.contains("is a number") == true)
  }

  @Test func aCategoryOfAnotherFeatureIsFound() throws {
    let found = try #require(
      fault {
        $0.by = .category
        $0.feature = "brand"
        $0.test = .values(["plush"])
      })
    #expect(found.argument == "plush")
    #expect(found.help.first == "`category` has it: feature=category")
  }

  @Test func boundsThatLeaveNobodyAreToldAsWhatTheyAre() throws {
    let query = fault { $0.query = .count(0) }
    #expect(query?.argument == "query" && query?.message.contains("nothing to be judged") == true)
    let most = fault { ($0.query, $0.max) = (.count(10), 5) }
    #expect(most?.argument == "max" && most?.message.contains("less than 13") == true)
    let few = fault { $0.max = 5 }
    #expect(few?.message == "no user has 2 to 5 ratings")
    #expect(few?.help.last?.hasSuffix("try max=60") == true)
    let least = fault { $0.min = 5000 }
    #expect(least?.help.last?.contains("try min=") == true)
    #expect(least?.help.contains { $0.contains("query=") } == false)
  }

  @Test(arguments: [
    TaskSplitting.Dealing.user, .item, .category, .group, .time, .rating,
  ])
  func aPartThatIsNotWantedIsEmpty(by: TaskSplitting.Dealing) throws {
    let split = try split {
      $0.by = by
      $0.valid = .share(0)
      $0.test = .count(0)
    }
    #expect(split.test.isEmpty && split.valid.isEmpty && split.train.count > 300)
  }
}
