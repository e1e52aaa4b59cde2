import Datasets
import Kernels
import Language
import MetaLearning
import Models
import TestedKernels
import Testing

/// What `explain` says of a score, held against adapting anew and against data that lack a feature.
@Suite struct InfluenceTests {
  static let names = ["maml", "meta-sgd", "ridge", "matching"]

  private func model(_ name: String, _ network: any Network) throws -> (TrainedModel, Dataset) {
    let learner = try metaLearners.make(name).get()
    let (data, split, problem, weights) = smallProblem(
      learner, network: network, loss: SquaredError())
    let model = TrainedModel(
      learner: learner, problem: problem, weights: weights, fingerprint: split.fingerprint)
    return (model, data)
  }

  private func context(of user: Int32, _ data: Dataset) -> UserContext {
    let table = data.interactions
    let rows = table.users.indices.filter { table.users[$0] == user }
    return UserContext(
      user: user,
      support: rows.prefix(7).map { .init(item: table.items[$0], rating: table.ratings[$0]) })
  }

  /// A prediction by the plain inner loop on a tape of its own.
  private func readapted(
    _ model: TrainedModel, _ encoder: FeatureEncoder, _ context: UserContext, _ item: Int32
  ) -> Float {
    let problem = LearningProblem(
      network: model.problem.network, loss: model.problem.loss, learner: model.learner,
      encoder: encoder, scale: model.problem.scale, kernels: .underTest)
    let scratch = Scratch(problem)
    let episode = scratch.builder.episode(
      user: context.user, support: context.support, query: [.init(item: item, rating: 1)],
      arena: scratch.tape.arena)
    let scores = model.learner.scores(for: episode, model.weights, in: scratch)
    return problem.predictions(scores)[0]
  }

  @Test(arguments: names)
  func theInfluenceOfARatingIsWhatAdaptingWithoutItTakesAway(name: String) throws {
    for network in [MLP(), Factor()] as [any Network] {
      let (model, data) = try model(name, network)
      let context = context(of: 2, data)
      let all = readapted(model, model.problem.encoder, context, 5)
      let influences = try ThreadPool().whileUsed {
        try model.ratingInfluences(
          on: 5, for: context, score: model.scores(for: context, items: [5])[0],
          of: 0..<context.support.count, threads: 2)
      }
      #expect(influences.contains { abs($0) > 1e-5 })
      for (number, influence) in influences.enumerated() {
        var without = context
        without.support.remove(at: number)
        let expected = all - readapted(model, model.problem.encoder, without, 5)
        #expect(abs(influence - expected) < 1e-4, "\(name) rating \(number)")
      }
    }
  }

  @Test(arguments: names)
  func theInfluenceOfAFeatureIsWhatDataWithoutItTakeAway(name: String) throws {
    let (model, data) = try model(name, MLP())
    let (context, item) = (context(of: 2, data), Int32(5))
    let all = readapted(model, model.problem.encoder, context, item)
    let influences = try model.featureInfluences(
      on: item, for: context, score: model.scores(for: context, items: [item])[0])
    #expect(influences.map(\.name) == ["id", "genre", "price", "age"])
    var blind = data
    guard case .numbers(var prices) = data.items.features[1].values else { return }
    prices[Int(item)] = .nan
    blind.items.features[1].values = .numbers(prices)
    let encoder = FeatureEncoder(model.problem.encoder.fields, blind)
    let expected = all - readapted(model, encoder, context, item)
    #expect(abs(influences[2].influence - expected) < 1e-4)
    #expect(abs(expected) > 1e-5)
  }

  @Test func whoIsUnknownHasNoFeaturesOfHerOwn() throws {
    let (model, _) = try model("maml", MLP())
    let context = UserContext(user: nil, support: [.init(item: 1, rating: 5)])
    let influences = try model.featureInfluences(on: 0, for: context, score: 3)
    #expect(influences.allSatisfy { $0.side == .item })
  }

  @Test func representationsDependOnTheItemAlone() throws {
    for network in networks.types.compactMap({ $0.init() as? any Network }) {
      let (model, _) = try model("maml", network)
      let all = try model.representations(of: [0, 1, 2, 3])
      #expect(all.count == 4 && all[0] != all[1])
      #expect(try model.representations(of: [3, 0]) == [all[3], all[0]])
    }
  }
}
