import Datasets
import Kernels
import Testing

private let key = RandomKey(seed: 7).derived("split")

/// Users with so many ratings each, of 30 items; those of a user come one after the other.
private func data(_ counts: [Int]) -> Dataset {
  var text = "user,item,rating,time\n"
  for (user, count) in counts.enumerated() {
    for number in 0..<count {
      text += "u\(user),i\((user * 7 + number) % 30),\(number % 5 + 1),\(user * 100 + number)\n"
    }
  }
  let files = MemoryFiles(["r.csv": Array(text.utf8)])
  var format = DelimitedText()
  format.file = "r.csv"
  return (try? format.load(from: files)) ?? SampleData().load(from: files)
}

/// Sizes of tasks where nobody says, and what a refusal offers.
@Suite struct FittedSizeTests {
  @Test func theUsualSizeStaysWhereMostUsersHaveIt() throws {
    let split = try TaskSplitting().split(data([13, 13, 13, 12, 12]), key: key)
    #expect(split.fittedSize == nil)
    #expect(split.recipe.contains("query=10 min=13"))
    #expect(split.allParts.flatMap(\.tasks).count == 3)
  }

  @Test func theLargestSizeThatLeavesMostUsersIsChosen() throws {
    let split = try TaskSplitting().split(data([13, 13, 12, 12, 9, 3, 2, 2]), key: key)
    // Four of the five with five ratings or more have twelve.
    let fit = try #require(split.fittedSize)
    #expect(fit.query == 9 && fit.min == nil && fit.part == "" && (fit.left, fit.users) == (2, 5))
    #expect(split.recipe.contains("query=9 min=12"))
    #expect(split.allParts.flatMap(\.tasks).allSatisfy { $0.query.count == 9 })
  }

  @Test func whoHasFewIsATaskWhereNobodyHasMore() throws {
    let split = try TaskSplitting().split(data([3, 3, 3, 3, 2, 2, 1]), key: key)
    let fit = try #require(split.fittedSize)
    #expect(fit.query == 1 && fit.min == 3 && (fit.left, fit.users) == (0, 6))
    #expect(split.allParts.flatMap(\.tasks).count == 4)
  }

  @Test(arguments: ["item", "time", "cold item", "cold both", "user"])
  func everyWayToSplitHasSizes(way: String) throws {
    var splitting = TaskSplitting()
    switch way {
    case "item": splitting.by = .item
    case "time": splitting.by = .time
    case "cold item": splitting.cold = .item
    case "cold both":
      splitting.cold = .both
      splitting.test = .share(0.4)
    default: break
    }
    let small = data([Int](repeating: 12, count: 30))
    let split = try splitting.split(small, key: key)
    let fit = try #require(split.fittedSize)
    #expect(!split.train.isEmpty && !split.test.isEmpty && !split.valid.isEmpty)
    // Made again from the sizes, whatever they came from, it is the same.
    let again = try #require(split.splitting).split(small, key: key)
    #expect(again.fittedSize == nil && again.recipe == split.recipe)
    #expect(again.train == split.train && again.test == split.test)
    #expect(split.recipe.contains("query=\(fit.query) "))
  }

  @Test func whatIsAskedForIsRefusedWithWhatWorks() throws {
    func remedy(_ counts: [Int], _ change: (inout TaskSplitting) -> Void) -> String? {
      var splitting = TaskSplitting()
      change(&splitting)
      let error = #expect(throws: DatasetError.self) {
        try splitting.split(data(counts), key: key)
      }
      let line = error?.help.last { $0.contains("try ") }
      return line?.split(separator: "try ").last.map(String.init)
    }
    let twelve = [Int](repeating: 12, count: 20)
    #expect(remedy(twelve) { $0.query = .count(10) } == "query=9")
    #expect(remedy(twelve) { ($0.query, $0.support) = (.rest, .count(12)) } == "support=11")
    #expect(remedy(twelve) { ($0.query, $0.min) = (.count(3), 1_000_000) } == "min=12")
    #expect(remedy(twelve) { ($0.query, $0.min, $0.max) = (.count(3), 5, 8) } == "max=12")
    #expect(
      remedy([Int](repeating: 3, count: 20)) { $0.query = .count(9) } == "query=1 min=2")
    // One rating leaves nothing to adapt on.
    #expect(remedy([Int](repeating: 1, count: 20)) { $0.query = nil } == nil)
  }

  @Test func whatSizesLeaveOverIsKnownToWhatLearns() throws {
    var splitting = TaskSplitting()
    (splitting.support, splitting.query, splitting.min) = (.count(2), .count(3), 5)
    (splitting.valid, splitting.test) = (.share(0.2), .share(0.3))
    for by in [TaskSplitting.Dealing.user, .time, .item] {
      splitting.by = by
      let whole = data([Int](repeating: 30, count: 20))
      let split = try splitting.split(whole, key: key)
      let rows = split.train.flatMap(\.rows)
      #expect(split.train.allSatisfy { $0.support.count == 2 && $0.query.count == 3 })
      #expect(rows.count > 5 * split.train.count && Set(rows).count == rows.count)
      let judged = (split.valid + split.test)
      #expect(judged.allSatisfy { $0.spare.isEmpty })
      #expect(Set(rows).isDisjoint(with: judged.flatMap(\.rows)), "\(by)")
      #expect(split.leaks(in: whole.interactions).isClean)
    }
  }
}
