import Datasets
import Kernels
import Language
import MetaLearning
import Models
import TestedKernels
import Testing

@Suite struct RidgeTests {
  /// Users who stretch what they think of the items, each in their own way.
  private static let stretched: Dataset = {
    var stream = RandomKey(seed: 6).derived("stretched").stream
    var table = Interactions()
    for user in 0..<80 {
      let stretch = Float(user % 4)
      for item in 0..<24 {
        table.users.append(Int32(user))
        table.items.append(Int32(item))
        table.ratings.append(3 + stretch * (Float(item) / 23 - 0.5))
      }
    }
    return Dataset(
      name: "stretched", users: Entities(ids: Vocabulary((0..<80).map { "\($0)" })),
      items: Entities(ids: Vocabulary((0..<24).map { "\($0)" })), interactions: table,
      scale: RatingScale(1, 5))
  }()

  private func trained(slope: Bool) -> TrainedModel {
    var ridge = RidgeHead()
    (ridge.ridge, ridge.interceptRidge, ridge.slope) = (1, 1, slope)
    var options = TrainingOptions()
    options.epochs = 30
    options.rate = 0.01
    options.lookupDecay = 100
    var network = Factor()
    network.inputs.embed = 4
    var training = Training(
      Self.stretched, smallSplit(Self.stretched, query: 12), learner: ridge, network: network,
      loss: SquaredError(), options: options, kernels: .underTest)
    while training.next() != nil {}
    return TrainedModel(
      learner: ridge, problem: training.problem, weights: training.best, fingerprint: 1)
  }

  @Test func theSlopeFindsHowStronglyAUserFollowsTheItems() {
    // With embeddings decayed away, nothing but the slope can tell these users apart.
    func span(_ model: TrainedModel, stretch: Float) -> Float {
      let support = stride(from: 0, to: 24, by: 2).map {
        UserContext.Rating(item: Int32($0), rating: 3 + stretch * (Float($0) / 23 - 0.5))
      }
      let scores = model.scores(for: UserContext(user: nil, support: support), items: [1, 21])
      return scores[1] - scores[0]
    }
    let model = trained(slope: true)
    let (wide, narrow) = (span(model, stretch: 3), span(model, stretch: 0))
    #expect(wide > 2.2 && wide < 3, "\(wide)")
    #expect(abs(narrow) < 0.4, "\(narrow)")
    let without = trained(slope: false)
    let gained = span(without, stretch: 3) - span(without, stretch: 0)
    #expect(abs(gained) < 0.4, "\(gained)")
  }

  @Test func anItemWithoutRatingsStartsAsItsKindDoes() throws {
    // Items 0–9 are good and 10–19 bad; 9 and 19 have no rating.
    var table = Interactions()
    for user in 0..<10 {
      for item in 0..<20 where item % 10 != 9 {
        table.users.append(Int32(user))
        table.items.append(Int32(item))
        table.ratings.append(item < 10 ? 5 : 1)
      }
    }
    let kinds = Feature(
      "kind",
      .categories(
        Vocabulary(["good", "bad"]), offsets: (0...20).map { Int32($0) },
        codes: (0..<20).map { $0 < 10 ? 0 : 1 }))
    let data = Dataset(
      name: "kinds", users: Entities(ids: Vocabulary((0..<10).map { "\($0)" })),
      items: Entities(ids: Vocabulary((0..<20).map { "\($0)" }), features: [kinds]),
      interactions: table, scale: RatingScale(1, 5))
    let rows = Array(0..<Int32(table.count))
    let ridge = RidgeHead()
    let problem = LearningProblem(
      network: Factor(), loss: SquaredError(), learner: ridge,
      encoder: FeatureEncoder(data, training: rows), scale: data.scale,
      kernels: .underTest)
    let weights = problem.initialWeights(
      learner: ridge, data: data, training: rows, start: .biases, key: RandomKey(seed: 1))
    let model = TrainedModel(learner: ridge, problem: problem, weights: weights, fingerprint: 1)
    let scores = model.scores(for: UserContext(user: nil, support: []), items: [9, 19])
    #expect(scores[0] - scores[1] > 2.5, "\(scores)")
  }

  @Test func hiddenItemsAreKnownByTheirFeaturesAlone() {
    let data = smallWorld()
    let rows = Array(0..<Int32(data.interactions.count))
    let builder = EpisodeBuilder(FeatureEncoder(data, training: rows))
    let ratings = [UserContext.Rating(item: 2, rating: 4), .init(item: 5, rating: 1)]
    func tableRows(hidden: Bool) -> [Int32] {
      let arena = Arena()
      return Array(
        builder.episode(
          user: nil, support: ratings, query: [], arena: arena, hiding: hidden ? .items : []
        ).tableRows)
    }
    let (open, hidden) = (tableRows(hidden: false), tableRows(hidden: true))
    #expect(open.contains(3) && open.contains(6))
    #expect(hidden.first == 0)
    // The ids have the rows 1 to 20.
    #expect(!hidden.contains { (1...20).contains($0) })
    #expect(open.filter { $0 > 20 } == hidden.filter { $0 > 20 })
  }
}
