import Datasets
import Kernels
import MetaLearning
import Models
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
}
