import Datasets
import Kernels
import MetaLearning
import Models
import TestedKernels
import Testing

/// Trainings that ranks share.
@Suite struct RankedTrainingTests {
  @Test(arguments: ConformanceTests.names) func anyNumberHasTheBitsOfOne(name: String) throws {
    let conformance = ConformanceTests()
    let learner = try conformance.learner(name)
    func trained(_ ranks: Int) -> [[Float]] {
      ThreadRanks.run(ranks) { _ in
        var training = conformance.training(learner, epochs: 2)
        conformance.run(&training)
        return training.best.all.array + training.history.map(\.validLoss)
      }.results
    }
    let alone = trained(1)[0].map(\.bitPattern)
    for ranks in [2, 3, 9] {
      for numbers in trained(ranks) { #expect(numbers.map(\.bitPattern) == alone) }
    }
  }

  /// How many bytes two ranks exchange for two steps over that many items, most of which nobody rates.
  private func bytes(items: Int) -> Int {
    let data = smallWorld(users: 12, items: items)
    let split = smallSplit(data)
    return ThreadRanks.run(2) { _ in
      var options = TrainingOptions()
      options.epochs = 2
      options.batch = 16
      var network = MLP()
      network.hidden = [8]
      var training = Training(
        data, split, learner: MAML(), network: network, loss: SquaredError(), options: options,
        kernels: .underTest)
      while training.next() != nil {}
      return training.problem.layout.count
    }.bytes
  }

  @Test func tablesTravelAsTheRowsThatWereTouched() {
    let (few, many) = (bytes(items: 100), bytes(items: 10_000))
    #expect(many < 2 * few, "\(few) → \(many) bytes")
  }
}
