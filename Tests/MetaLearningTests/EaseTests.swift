import Datasets
import Kernels
import MetaLearning
import Models
import TestedKernels
import Testing

private let lists = drawnLists(users: 30, items: 9, most: 6)
private let data = clicks(lists, items: 9)

/// Ridge regression of item j on all others, from the definition.
private func ridge(on lists: [[Int32]], items: Int, target: Int, penalty: Double) -> [Double] {
  let others = (0..<items).filter { $0 != target }
  var (gram, moments) = (identity(items - 1, penalty), Array(repeating: [0.0], count: items - 1))
  for list in lists {
    for (a, i) in others.enumerated() where list.contains(Int32(i)) {
      if list.contains(Int32(target)) { moments[a][0] += 1 }
      for (b, j) in others.enumerated() where list.contains(Int32(j)) { gram[a][b] += 1 }
    }
  }
  var weights = [Double](repeating: 0, count: items)
  for (other, weight) in zip(others, solved(gram, moments)) { weights[other] = weight[0] }
  return weights
}

/// All ways to take k of a list.
private func draws(_ k: Int, of list: [Int32]) -> [[Int32]] {
  if k == 0 { return [[]] }
  guard let first = list.first else { return [] }
  let rest = Array(list.dropFirst())
  return draws(k - 1, of: rest).map { [first] + $0 } + draws(k, of: rest)
}

@Suite struct EaseTests {
  @Test func itIsRidgeRegressionOfEachItemOnAllOthers() {
    var ease = Ease()
    ease.penalty = 2
    let taken: [Int32] = [1, 4, 7]
    let found = scores(ease, data, tasks(of: data) { _ in 1 }, taken: taken)
    for target in 0..<9 {
      let weights = ridge(on: lists, items: 9, target: target, penalty: 2)
      let expected = taken.reduce(0.0) { $0 + weights[Int($1)] }
      #expect(abs(Double(found[target]) - expected) < 1e-5)
    }
  }

  @Test(arguments: [1, 2, 3])
  func episodesAreAveragedOverAllDraws(k: Int) {
    var baseline = EpisodicEase()
    baseline.penalty = 0.7
    var (gram, moments) = (identity(9, 0.7), identity(9, 0))
    for list in lists {
      let all = draws(min(k, list.count - 1), of: list)
      for drawn in all {
        let share = 1 / Double(all.count)
        for i in drawn {
          for j in drawn { gram[Int(i)][Int(j)] += share }
          for j in list where !drawn.contains(j) { moments[Int(i)][Int(j)] += share }
        }
      }
    }
    let weights = solved(gram, moments)
    let taken = Array([5, 2, 8].prefix(k)) as [Int32]
    // Training tasks whose own supports are of that size, and others, for which the user's counts.
    for supports in [k, 4 - k] {
      let found = scores(baseline, data, tasks(of: data) { _ in supports }, taken: taken)
      for (item, score) in found.enumerated() {
        let expected = taken.reduce(0.0) { $0 + weights[Int($1)][item] }
        #expect(abs(Double(score) - expected) < 1e-5, "item \(item), \(supports) drawn in training")
      }
    }
  }

  /// With supports that are shares, each training task says how many of its items are drawn.
  @Test func supportsOfDifferentSizesAreThoseOfTheTasks() {
    let training = tasks(of: data) { ($0 + 1) / 2 }
    var (gram, moments) = (identity(9, 3), identity(9, 0))
    for (list, task) in zip(lists, training) {
      let (n, k) = (Double(list.count), Double(task.support.count))
      for i in list {
        gram[Int(i)][Int(i)] += k / n
        for j in list where j != i {
          gram[Int(i)][Int(j)] += k * (k - 1) / (n * (n - 1))
          moments[Int(i)][Int(j)] += k * (n - k) / (n * (n - 1))
        }
      }
    }
    let weights = solved(gram, moments)
    var baseline = EpisodicEase()
    baseline.penalty = 3
    for (item, score) in scores(baseline, data, training, taken: [0, 3]).enumerated() {
      #expect(abs(Double(score) - weights[0][item] - weights[3][item]) < 1e-5)
    }
  }

  @Test(arguments: ["ease", "episodic-ease", "hybrid"])
  func theBitsAreAlwaysTheSame(name: String) throws {
    let lists = drawnLists(users: 200, items: 150, most: 30)
    let data = clicks(lists, items: 150)
    let training = tasks(of: data) { _ in 2 }
    expectSameBits(try baselines.make(name).get(), data, training, taken: [3, 100])
  }

  @Test func onlyTheItemsTakenMostAreKeptWhenAskedTo() {
    var ease = Ease()
    (ease.penalty, ease.most) = (2, 4)
    let popularity = scores(Popularity(), data, tasks(of: data) { _ in 1 }, taken: [0])
    let found = scores(ease, data, tasks(of: data) { _ in 1 }, taken: [0, 1])
    let order = (0..<9).sorted { (popularity[$1], $0) < (popularity[$0], $1) }
    let kept = Set(order.prefix(4))
    // As if there were no others.
    let few = lists.map { $0.filter { kept.contains(Int($0)) } }
    let taken = [0, 1].filter { kept.contains($0) }
    let least = kept.map { found[$0] }.min() ?? 0
    for item in 0..<9 {
      guard kept.contains(item) else {
        #expect(found[item] < least)
        continue
      }
      let weights = ridge(on: few, items: 9, target: item, penalty: 2)
      #expect(abs(Double(found[item]) - taken.reduce(0.0) { $0 + weights[$1] }) < 1e-5)
    }
  }

  @Test(arguments: ["ease", "episodic-ease"])
  func aUserWithoutItemsIsShownWhatIsPopular(name: String) throws {
    let training = tasks(of: data) { _ in 1 }
    let found = scores(try baselines.make(name).get(), data, training, taken: [])
    #expect(found == scores(Popularity(), data, training, taken: []))
  }

  /// A user with one item, one with all, one with none, and none at all.
  @Test(arguments: ["ease", "episodic-ease", "hybrid"])
  func oddUsersAreNoTrouble(name: String) throws {
    let data = clicks([[1], [0, 1, 2, 3], [], [2, 3]], items: 5)
    for training in [tasks(of: data) { _ in 1 }, tasks(of: data) { $0 }, []] {
      let found = scores(try baselines.make(name).get(), data, training, taken: [1, 3, 3])
      #expect(found.count == 5 && found.allSatisfy { $0.isFinite })
    }
  }

  @Test func aPairThatStandsTwiceCountsOnce() {
    let twice = clicks(lists.map { $0 + $0 }, items: 9)
    var ease = Ease()
    ease.penalty = 2
    #expect(
      scores(ease, data, tasks(of: data) { _ in 1 }, taken: [1, 4])
        == scores(ease, twice, tasks(of: twice) { _ in 1 }, taken: [1, 4, 4]))
  }
}
