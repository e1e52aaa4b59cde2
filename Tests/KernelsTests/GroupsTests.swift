import Kernels
import Testing

@Suite struct GroupsTests {
  @Test(arguments: [(7, 3), (1000, 40), (40_000, 17)])
  func groupsHoldWhatFilteringGives(count: Int, groups: Int) {
    var chance = RandomKey(seed: 5).stream
    let keys = (0..<count).map { _ in Int32(chance.below(groups)) }
    let grouped = Groups(by: keys, count: groups)
    for group in 0..<groups {
      #expect(grouped[group].elementsEqual((0..<Int32(count)).filter { keys[Int($0)] == group }))
    }
    let some = chance.shuffled(Array(0..<Int32(count)).filter { $0 % 3 != 1 })
    let partly = Groups(some, by: keys, count: groups)
    for group in 0..<groups {
      #expect(partly[group].elementsEqual(some.filter { keys[Int($0)] == group }))
    }
  }

  @Test func keysThatAscendLeaveThePlacesAsTheyStand() {
    let grouped = Groups(by: [0, 0, 2, 2, 2, 5], count: 7)
    #expect(grouped.order == [0, 1, 2, 3, 4, 5])
    #expect(grouped.map(\.count) == [2, 0, 3, 0, 0, 1, 0])
    #expect(Groups(by: [], count: 0).isEmpty)
    #expect(
      Groups([3, 1, 5], by: [0, 0, 2, 2, 2, 5], count: 6).map(Array.init) == [
        [1], [], [3], [], [], [5],
      ])
  }

  @Test func manyPlacesAreGroupedAsFewAre() {
    let keys = (0..<600_000).map { Int32($0 / 7 * 2) }
    let count = Int(keys.last ?? 0) + 3
    let ascending = Groups(by: keys, count: count)
    #expect(ascending.order == Array(0..<600_000))
    #expect(ascending.starts == (0...count).map { min(600_000, ($0 + 1) / 2 * 7) })
    #expect(Groups.sizes(by: keys, count: count) == ascending.map(\.count))
    var turned = keys
    turned.swapAt(1000, 500_000)
    let sizes = Groups.sizes(by: turned, count: count)
    #expect(sizes == ascending.map(\.count))
    #expect(Groups(by: turned, count: count).map(\.count) == sizes)
  }

  @Test func whatNobodyWantsHasEveryPlaceAllTheSame() {
    var grouped: Groups?
    let result: Void? = Cancellation.attempt(until: { true }) {
      grouped = Groups(by: [2, 1, 0, 1], count: 3)
    }
    #expect(result == nil)
    #expect(grouped.map { $0.flatMap { $0 }.sorted() } == [0, 1, 2, 3])
  }
}
