import Datasets
import Kernels
import Testing

private let key = RandomKey(seed: 7).derived("split")

/// The built-in ratings as interactions.
private func clicks() throws -> Dataset {
  try SampleData().load(from: MemoryFiles([String: [UInt8]]())).asInteractions()
}

private func dealt(
  _ data: Dataset, _ change: (inout TaskSplitting) -> Void = { _ in }
) throws -> TaskSplit {
  var splitting = TaskSplitting()
  splitting.cold = .item
  change(&splitting)
  return try splitting.split(data, key: key)
}

/// Items that are held out of interactions.
@Suite struct HeldOutItemTests {
  @Test func theSupportIsAllThatAUserTookOfTheOthers() throws {
    let data = try clicks()
    let split = try dealt(data)
    let column = data.interactions.items
    func items(_ rows: [Int32]) -> Set<Int32> { Set(rows.map { column[Int($0)] }) }
    let rated = Double(data.ratedItems.count)
    let new = items(split.test.flatMap(\.query))
    let checked = items(split.valid.flatMap(\.query))
    #expect(Double(new.count) == (rated * 0.1).rounded())
    #expect(Double(checked.count) == (rated * 0.1).rounded())
    let trained = items(split.train.flatMap { $0.support + $0.query })
    let settled = items(split.settledTraining.flatMap { $0.support + $0.query })
    #expect(trained.isDisjoint(with: new.union(checked)) && new.isDisjoint(with: checked))
    #expect(settled == trained.union(checked))
    let rows = data.rowsByUser()
    for task in split.test {
      #expect((task.support + task.query).sorted() == Array(rows[Int(task.user)]))
      #expect(new.isSuperset(of: items(task.query)) && new.isDisjoint(with: items(task.support)))
    }
    for task in split.valid {
      #expect(trained.isSuperset(of: items(task.support)))
    }
    #expect(split.leaks(in: data.interactions).isClean)
    #expect(split.leaks(to: split.valid, from: [.train], in: data.interactions).isClean)
    let isNew = split.isNewItem(in: data, judgesValidation: false)
    #expect(Set(isNew.indices.filter { isNew[$0] }.map { Int32($0) }) == new)
    let isChecked = split.isNewItem(in: data, judgesValidation: true)
    #expect(Set(isChecked.indices.filter { isChecked[$0] }.map { Int32($0) }) == checked)
  }

  @Test func usersWithoutANewItemAreCounted() throws {
    let data = try clicks()
    let split = try dealt(data) { $0.test = .count(2) }
    let heldOut = try #require(split.heldOut)
    #expect(heldOut.count(for: .test) == 2)
    #expect(heldOut.usersWithoutNewItems > 0)
    #expect(
      split.test.count + heldOut.usersWithoutNewItems + heldOut.usersWithNewItemsOnly
        == data.users.count)
  }

  @Test func aShareOfTheOthersLeavesTheRestToBeAskedFor() throws {
    let data = try clicks()
    let split = try dealt(data) { $0.support = .share(0.8) }
    let isNew = split.isNewItem(in: data, judgesValidation: false)
    let asked = split.test.flatMap(\.query)
    let new = asked.count { isNew[Int(data.interactions.items[Int($0)])] }
    #expect(new > 0 && new < asked.count)
    let learnt = Set(split.settledTraining.flatMap { $0.support + $0.query })
    #expect(learnt.isDisjoint(with: asked))
    let facts = split.leaks(in: data.interactions)
    #expect(facts.isClean)
    // Items of validation return to training.
    #expect(facts.newItems == split.heldOut?.count(for: .test))
    let few = try dealt(data) { ($0.support, $0.query) = (.count(3), .count(2)) }
    #expect(few.test.allSatisfy { $0.support.count <= 3 && $0.query.count <= 2 })
  }

  @Test func whatCannotBeHeldOutIsSaid() throws {
    let data = try clicks()
    #expect(throws: DatasetError.self) { _ = try dealt(data) { $0.test = .values(["x"]) } }
    #expect(throws: DatasetError.self) { _ = try dealt(data) { $0.test = .count(1_000_000) } }
    #expect(throws: DatasetError.self) { _ = try dealt(data) { $0.max = 1 } }
    // Of ratings it is MeLU's state, in which a user's support is of new items, too.
    let rated = try dealt(SampleData().load(from: MemoryFiles([String: [UInt8]]()))) {
      ($0.query, $0.min) = (.count(1), 2)
    }
    #expect(rated.heldOut == nil)
  }
}
