import Datasets
import Kernels
import Language
import MetaLearning
import Models
import TestedKernels
import Testing

private let data = smallWorld()
private let split = smallSplit(data)
private let key = RandomKey(seed: 3)

/// The baseline after it has learnt from the test tasks' ratings one by one.
private func gone(on baseline: any Baseline) throws -> any OnlineRecommender {
  var online = try #require(
    baseline.online(to: data, training: split.train, key: key, kernels: .underTest))
  for task in split.test {
    var user = UserContext(user: task.user, support: [])
    for row in task.rows {
      user.support.append(UserContext.Rating(row: row, of: data.interactions))
      online.learn(user.support[user.support.count - 1], of: user)
    }
  }
  return online
}

private let everything = (0..<Int32(20)).map { $0 }

@Suite struct OnlineTests {
  @Test(arguments: ["popularity", "item-mean"])
  func learningOneByOneIsFittingAll(name: String) throws {
    let baseline = try baselines.make(name).get()
    let fitted = baseline.fitted(
      to: data, training: split.train + split.test, key: key, kernels: .underTest)
    let user = UserContext(user: 0, support: [])
    let online = try gone(on: baseline).scores(for: user, items: everything)
    for (a, b) in zip(online, fitted.scores(for: user, items: everything)) {
      #expect(abs(a - b) < 1e-5)
    }
  }

  @Test(arguments: ["popularity", "item-mean", "bias", "friends"])
  func whatHasLearntNothingYetIsWhatIsFitted(name: String) throws {
    let baseline = try baselines.make(name).get()
    let fitted = baseline.fitted(to: data, training: split.train, key: key, kernels: .underTest)
    let online = try #require(
      baseline.online(to: data, training: split.train, key: key, kernels: .underTest))
    let user = UserContext(split.test[0], in: data.interactions)
    #expect(
      online.scores(for: user, items: everything) == fitted.scores(for: user, items: everything))
  }

  @Test func anItemsBiasFollowsItsRatings() throws {
    let baseline = Bias()
    let before = try #require(
      baseline.online(to: data, training: split.train, key: key, kernels: .underTest))
    var after = before
    let nobody = UserContext(user: nil, support: [])
    for user in Int32(0)..<5 {
      let rating = UserContext.Rating(item: 2, rating: 5)
      after.learn(rating, of: UserContext(user: user, support: [rating]))
    }
    #expect(after.scores(for: nobody, items: [2])[0] > before.scores(for: nobody, items: [2])[0])
    #expect(after.scores(for: nobody, items: [3]) == before.scores(for: nobody, items: [3]))
  }
}

/// A weight of 2 is what the same rating twice is.
@Suite struct WeightedSupportTests {
  private func twice(_ learner: any MetaLearner, _ loss: any Loss, _ network: any Network) throws {
    let (data, split, problem, weights) = smallProblem(learner, network: network, loss: loss)
    let model = TrainedModel(
      learner: learner, problem: problem, weights: weights, fingerprint: 1)
    #expect(model.weighsSupport)
    var weighted = UserContext(split.test[0], in: data.interactions)
    weighted.support = Array(weighted.support.prefix(4))
    var repeated = weighted
    weighted.support[1].weight = 2
    repeated.support.append(repeated.support[1])
    let (a, b) = (
      model.scores(for: weighted, items: everything), model.scores(for: repeated, items: everything)
    )
    for (a, b) in zip(a, b) { #expect(abs(a - b) < 2e-4, "\(a) \(b)") }
    var plain = weighted
    plain.support[1].weight = 1
    #expect(model.scores(for: plain, items: everything) != a)
  }

  @Test(arguments: ["mse", "mae", "bce"]) func stepsTakeWeights(loss: String) throws {
    let loss = try losses.make(loss).get()
    var maml = MAML()
    (maml.steps, maml.innerRate) = (3, 0.05)
    try twice(maml, loss, MLP())
    try twice(maml, loss, Factor())
  }

  @Test func theRidgeTakesWeights() throws { try twice(RidgeHead(), SquaredError(), MLP()) }

  @Test func biasAndFactorsTakeWeights() throws {
    for baseline in [Bias(), MatrixFactorization(), FriendsMean()] as [any Baseline] {
      let fitted = baseline.fitted(to: data, training: split.train, key: key, kernels: .underTest)
      var weighted = UserContext(split.test[0], in: data.interactions)
      var repeated = weighted
      weighted.support[0].weight = 2
      repeated.support.append(repeated.support[0])
      let (a, b) = (
        fitted.scores(for: weighted, items: everything),
        fitted.scores(for: repeated, items: everything)
      )
      for (a, b) in zip(a, b) { #expect(abs(a - b) < 1e-5) }
    }
  }

  @Test func whoTakesAllAlikeSaysSo() {
    #expect(!Prototypical().weighsSupport(by: SquaredError()))
    #expect(!MAML().weighsSupport(by: PairwiseRanking()))
  }
}

@Suite struct FriendsMeanTests {
  /// Users 0 and 1 rated item 1; user 2 trusts user 1 twice as much as user 0.
  private func scores(_ edges: String) throws -> [Float] {
    var data = Dataset(
      name: "toy", users: Entities(ids: Vocabulary(["a", "b", "c"])),
      items: Entities(ids: Vocabulary(["x", "y"])),
      interactions: Interactions(
        users: [0, 0, 1, 1, 2], items: [0, 1, 0, 1, 0], ratings: [3, 5, 3, 2, 3]),
      scale: RatingScale(1, 5))
    _ = try TrustAttaching().attach(
      FileContents(path: "trust.csv", Array(edges.utf8)), to: &data)
    var friends = FriendsMean()
    // Without shrinkage of friends, and biases of nothing.
    (friends.shrinkage, friends.biasShrinkage) = (0, 1e6)
    let training = [
      UserTask(user: 0, support: [0, 1], query: []), UserTask(user: 1, support: [2, 3], query: []),
    ]
    return friends.fitted(to: data, training: training, key: key, kernels: .underTest)
      .scores(for: UserContext(user: 2, support: []), items: [0, 1])
  }

  @Test func theWeightedMeanOfFriends() throws {
    let mean = Float(3 + 5 + 3 + 2) / 4
    let both = try scores("truster,trusted,weight\nc,a,0.5\nc,b,1\n")
    #expect(abs(both[1] - (5 * 0.5 + 2) / 1.5) < 1e-4 && abs(both[0] - 3) < 1e-4)
    #expect(abs(try scores("truster,trusted\nc,b\n")[1] - 2) < 1e-4)
    #expect(abs(try scores("truster,trusted\na,c\n")[1] - mean) < 1e-4)
  }
}
