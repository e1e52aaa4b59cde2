import Datasets
import Kernels
import MetaLearning
import Models
import TestedKernels
import Testing

@Suite struct StartingWeightsTests {
  /// The scores of a ridge head that was not trained, for one who likes the even items.
  private func scores(
    _ start: StartingWeights, of items: [Int32], network: any Network = Factor()
  ) -> [Float] {
    let data = TwoTastes.dataset
    let rows = TwoTastes.training.flatMap { $0.support + $0.query }
    var ridge = RidgeHead()
    // So little of a prior that four ratings tell all.
    ridge.ridge = 0.01
    let problem = LearningProblem(
      network: network, loss: SquaredError(), learner: ridge,
      encoder: FeatureEncoder(data, training: rows), scale: data.scale, kernels: .underTest)
    let weights = problem.initialWeights(
      learner: ridge, data: data, training: rows, start: start, key: RandomKey(seed: 3))
    return TrainedModel(learner: ridge, problem: problem, weights: weights, fingerprint: 1)
      .scores(for: TwoTastes.newcomer, items: items)
  }

  @Test(arguments: [Factor() as any Network, MLP()])
  func factorsTellTastesApartBeforeTraining(_ network: any Network) {
    let known = scores(.factors, of: [10, 11], network: network)
    #expect(known[0] - known[1] > 1, "\(known)")
    // Both kinds of items have the same mean, so biases know nothing of tastes.
    let flat = scores(.biases, of: [10, 11], network: network)
    #expect(abs(flat[0] - flat[1]) < known[0] - known[1] - 0.5, "\(flat)")
  }

  @Test func randomWeightsKnowTheMeanAlone() throws {
    let data = smallWorld()
    let rows = Array(0..<Int32(data.interactions.count))
    let problem = LearningProblem(
      network: MLP(), loss: SquaredError(), learner: MAML(),
      encoder: FeatureEncoder(data, training: rows), scale: data.scale, kernels: .underTest)
    func linear(_ start: StartingWeights) throws -> [Float] {
      let weights = problem.initialWeights(
        learner: MAML(), data: data, training: rows, start: start, key: RandomKey(seed: 3))
      return weights.view(try #require(problem.layout.index(of: "linear"))).array
    }
    let (random, biases) = try (linear(.random), linear(.biases))
    #expect(random.allSatisfy { $0 == 0 } && biases.contains { $0 != 0 })
    #expect(try linear(.factors) == biases)
  }

  // MARK: Clicks

  /// Alternating ridge regressions on the dense matrix of damped standardised residuals, from the same start.
  @Test func factorsOfClicksAreThoseOfTheDenseResiduals() {
    let (lists, width, strength) = (drawnLists(users: 30, items: 14, most: 9), 3, 0.3)
    let data = clicks(lists, items: 14)
    let found = ClickFactors(
      data.interactions.users.indices.map { Int32($0) }, in: data, width: width,
      strength: strength, sweeps: 3, key: RandomKey(seed: 5))

    let ofUsers = lists.map { Double($0.count) }
    let ofItems = (0..<14).map { item in Double(lists.count { $0.contains(Int32(item)) }) }
    let total = ofUsers.reduce(0, +)
    let (taking, taken) = (Double(ofUsers.count { $0 > 0 }), Double(ofItems.count { $0 > 0 }))
    let residuals = lists.enumerated().map { user, list in
      ofItems.enumerated().map { item, count in
        ((list.contains(Int32(item)) ? 1.0 : 0) - ofUsers[user] * count / total)
          / ((ofUsers[user] + total / taking) * (count + total / taken) / total).squareRoot()
      }
    }
    let penalty = strength * (taking.squareRoot() + taken.squareRoot())
    func regressed(_ rows: [[Double]], on factors: [[Double]]) -> [[Double]] {
      let gram = (0..<width).map { i in
        (0..<width).map { j in
          factors.reduce(i == j ? penalty : 0) { $0 + $1[i] * $1[j] }
        }
      }
      return rows.map { row in
        solved(
          gram, (0..<width).map { i in [zip(row, factors).reduce(0) { $0 + $1.0 * $1.1[i] }] }
        ).map { $0[0] }
      }
    }
    let turned = (0..<14).map { item in residuals.map { $0[item] } }
    var stream = RandomKey(seed: 5).derived("items").stream
    var items = ofItems.map { count in
      (0..<width).map { _ in (count > 0 ? 0.1 : 0) * stream.normal() }
    }
    var users: [[Double]] = []
    for _ in 0..<3 {
      users = regressed(residuals, on: items)
      items = regressed(turned, on: users)
    }
    for (mine, reference) in [(found.users, users), (found.items, items)] {
      for (a, b) in zip(mine, reference.flatMap { $0 }) { #expect(abs(a - b) < 1e-9) }
    }
  }

  /// Users who take the even items or the odd ones, each some of them.
  @Test func itemsThatTheSameUsersTakeStartAlike() throws {
    var stream = RandomKey(seed: 6).stream
    let lists = (0..<60).map { user in
      (0..<24).filter { $0 % 2 == user % 2 && stream.below(2) == 0 }.map { Int32($0) }
    }
    let data = clicks(lists, items: 24)
    let rows = data.interactions.users.indices.map { Int32($0) }
    let problem = LearningProblem(
      network: MLP(), loss: CrossEntropy(), learner: MAML(),
      encoder: FeatureEncoder(data, training: rows), scale: data.scale,
      negatives: NegativeSampler(
        NegativeSampling(), data, training: rows, key: RandomKey(seed: 1)), kernels: .underTest)
    func alike(_ start: StartingWeights) throws -> (same: Float, other: Float) {
      let weights = problem.initialWeights(
        learner: MAML(), data: data, training: rows, start: start, key: RandomKey(seed: 3))
      let table = weights.view(try #require(problem.layout.index(of: "embedding")))
      func row(_ item: Int32) -> [Float] {
        let row = Int(problem.encoder.identityRow(ofItem: item))
        return table.rows(row..<row + 1).array
      }
      func cosine(_ a: [Float], _ b: [Float]) -> Float {
        func product(_ a: [Float], _ b: [Float]) -> Float {
          zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
        }
        return product(a, b) / (product(a, a) * product(b, b)).squareRoot()
      }
      return (cosine(row(0), row(2)), cosine(row(0), row(1)))
    }
    let known = try alike(.factors)
    #expect(known.same > 0.8 && known.other < -0.8, "\(known)")
    let unknown = try alike(.biases)
    #expect(abs(unknown.same) < 0.8 && abs(unknown.other) < 0.8, "\(unknown)")
  }
}
