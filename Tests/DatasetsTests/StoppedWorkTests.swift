import Datasets
import Kernels
import Synchronization
import Testing

/// What is done with data is asked often whether it is still wanted, and can be left at every such place.
@Suite struct StoppedWorkTests {
  private static let count = 120_000

  /// 120,000 ratings of 300 items by 2,000 users, some pairs twice, with times, a column and features.
  private static let text: String = {
    var stream = RandomKey(seed: 8).stream
    var text = "user,item,rating,time,kind\n"
    for row in 0..<count {
      text +=
        "u\(stream.below(2000)),\(stream.below(300)),\(1 + stream.below(5)),\(row * 37 % 100_003),"
        + "\(["a", "b", "c"][stream.below(3)])\n"
    }
    return text
  }()

  private static let data: Dataset = {
    guard var data = try? load() else { preconditionFailure("it can be read") }
    data.items.features = [
      Feature("size", .numbers((0..<data.items.count).map { $0 % 5 == 0 ? .nan : Float($0) }))
    ]
    return data
  }()

  private static func load() throws -> Dataset {
    var format = DelimitedText()
    format.file = "x.csv"
    return try format.load(from: KeptFiles(MemoryFiles(["x.csv": text]), threads: 2))
  }

  private static func clean(_ change: (inout Cleaning) -> Void) throws {
    var cleaning = Cleaning()
    change(&cleaning)
    _ = try cleaning.cleaned(data)
  }

  private static func split(_ change: (inout TaskSplitting) -> Void) throws {
    var splitting = TaskSplitting()
    change(&splitting)
    var data = data
    data.interactions.screened = data.interactions.ratings
    let tasks = try splitting.split(data, key: RandomKey(seed: 1))
    _ = tasks.leaks(in: data.interactions)
  }

  private static let works: [(name: String, work: @Sendable () throws -> Void)] = [
    ("load", { _ = try load() }),
    ("repeats", { _ = data.interactions.repeats }),
    ("dedupe=last", { try clean { $0.duplicates = .last } }),
    ("dedupe=mean", { try clean { $0.duplicates = .mean } }),
    ("missing=drop", { try clean { $0.missing = .drop } }),
    ("k-core", { try clean { $0.core = 55 } }),
    ("by=user", { try split { $0.by = .user } }),
    ("by=item", { try split { $0.by = .item } }),
    ("by=time", { try split { $0.by = .time } }),
    ("by=rating", { try split { $0.by = .rating } }),
    ("order=time", { try split { $0.order = .time } }),
    ("cold=none", { try split { $0.cold = TaskSplitting.Cold.none } }),
    (
      "from=kind",
      {
        try split {
          ($0.from, $0.train, $0.test) = ("kind", ["a", "b"], .values(["c"]))
        }
      }
    ),
    ("csv", { _ = data.exported(as: .csv, stem: "x") }),
    ("recbole", { _ = data.exported(as: .recbole, stem: "x") }),
    ("npy", { _ = data.exported(as: .npy, stem: "x") }),
  ]

  @Test(arguments: works.indices)
  func everyPlaceToStopAtIsAsGoodAsAnother(index: Int) throws {
    let (name, work) = Self.works[index]
    let questions = Atomic(0)
    try work()
    let finished: Void? = try Cancellation.attempt(until: {
      questions.add(1, ordering: .relaxed)
      return false
    }) { try work() }
    #expect(finished != nil, "\(name)")
    let all = questions.load(ordering: .relaxed)
    // Every pass over the rows asks for each 2¹⁴ of them at least.
    #expect(all >= Self.count >> 14, "\(name) asks \(all) times")
    for number in Set((0..<24).map { all * $0 / 24 }) {
      let asked = Atomic(0)
      let result: Void? = try Cancellation.attempt(until: {
        asked.add(1, ordering: .relaxed).newValue > number
      }) { try work() }
      #expect(result == nil, "\(name) at \(number)")
    }
  }
}
