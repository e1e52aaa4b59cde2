import Datasets
import Kernels
import Language
import Models

/// r̂ = μ + b_u + b_i + p_u · q_i (Koren, Bell and Volinsky 2009), by alternating least squares on
/// residuals of the biases; a new user's p is the ridge solution on their support ratings (fold-in).
package struct MatrixFactorization: Baseline {
  package var factors = 8
  package var penalty = 10.0
  package var sweeps = 8

  package init() {}

  package static let signature = Signature<Self>(
    "mf", "Matrix factorisation on top of the biases, with a closed-form place for new users.",
    [
      .option("factors", \.factors, in: 1...256, "numbers that describe a user or an item"),
      .option("penalty", \.penalty, in: 1e-6...1e6, "ridge penalty on users and items"),
      .option("sweeps", \.sweeps, in: 1...100, "rounds of fitting users, then items"),
    ],
    examples: [Example("evaluate mae ndcg@5")])

  package var weighsSupport: Bool { true }

  package func fitted(
    to dataset: Dataset, training: [UserTask], key: RandomKey, kernels: KernelSet
  ) -> any Recommender {
    let ratings = TrainingRatings(training, in: dataset)
    let bias = BiasModel(ratings)
    let fit = RatingFactors(
      ratings, bias, width: factors, penalty: penalty, sweeps: sweeps, key: key)
    return FactorModel(bias: bias, factors: factors, penalty: penalty, items: fit.items)
  }
}

/// Item factors, and the ridge that gives a user's from their ratings.
private struct FactorModel: Recommender {
  let bias: BiasModel
  let factors: Int
  let penalty: Double
  let items: [Double]
  let title = MatrixFactorization.name
  let predictsRatings = true

  func scores(for user: UserContext, items: [Int32]) -> [Float] {
    let level = bias.mean + bias.deviation(of: user)
    var system = RidgeSystem(size: factors, penalty: penalty)
    self.items.withUnsafeBufferPointer { factors in
      for rating in user.support {
        let item = Int(rating.item)
        system.add(
          factors, at: item * self.factors,
          value: Double(rating.rating) - level - bias.items[item], weight: Double(rating.weight))
      }
    }
    let weights = system.solution()
    return items.map { item in
      let item = Int(item)
      var score = level + bias.items[item]
      for factor in 0..<factors { score += weights[factor] * self.items[item * factors + factor] }
      return Float(score)
    }
  }
}
