import Datasets
import Kernels
import Language
import Models

/// Asks for the rating that lessens the expected squared error most, under the belief of `bayes-mf` about the user.
///
/// Their belief is normal with covariance Σ, and a rating of item i, with x_i = (1, v_i) and noise σ_i², lessens the
/// sum over items j of w_j · Var(r_j) by x_iᵀ Σ M Σ x_i / (x_iᵀ Σ x_i + σ_i²), M = Σ_j w_j E[x_j x_jᵀ], whatever the
/// rating is (A-optimality: Chaloner and Verdinelli 1995, "Bayesian Experimental Design").
package struct VarianceReduction: QuestionPolicy {
  package var factorization = BayesianFactorization()
  package var countsAnswers = true

  package init() {}

  package static let signature = Signature<Self>(
    "variance", "Asks for the rating that lessens the expected squared error most, under bayes-mf.",
    details: """
      The belief about a user is normal; a rating of item i lessens its variance, summed over items j by the \
      share w_j of training users who rated them, by x_iᵀ Σ M Σ x_i / (x_iᵀ Σ x_i + σ_i²), \
      M = Σ_j w_j E[x_j x_jᵀ]. With answers=yes that counts as often as there will be an answer, w_i. \
      A-optimality: Chaloner and Verdinelli, Statistical Science 1995.
      """,
    [
      .option(
        "factors", \.factorization.factors, in: 1...64, "numbers that describe a user or an item"),
      .option("answers", \.countsAnswers, "weigh by how likely there is an answer"),
    ],
    examples: [Example("interview new 10 policy=variance factors=4")])

  package var feedback: Set<Feedback> { [.ratings] }
  package var heedsAnswers: Bool { true }

  package func questions(from basis: InterviewBasis) -> any Recommender {
    let model = factorization.model(
      of: basis.data, training: basis.training, key: basis.key.derived("bayes-mf"))
    let users = Double(max(1, basis.training.count))
    var shares = Array(repeating: 0.0, count: basis.data.items.count)
    for item in TrainingRatings(basis.training, in: basis.data).items {
      shares[Int(item)] += 1 / users
    }
    return Reductions(model: model, shares: shares, countsAnswers: countsAnswers)
  }

  private struct Reductions: Recommender {
    let title = VarianceReduction.name
    let predictsRatings = false
    private let model: GaussianFactorModel
    private let shares: [Double]
    /// What a reduction counts for: w_i, or 1.
    private let worths: [Double]
    /// M of each random start.
    private let targets: [[Double]]

    init(model: GaussianFactorModel, shares: [Double], countsAnswers: Bool) {
      self.model = model
      self.shares = shares
      worths = countsAnswers ? shares : shares.map { _ in 1 }
      targets = model.parts.map { $0.items.secondMoment(weights: shares) }
    }

    func scores(for user: UserContext, items: [Int32]) -> [Float] {
      var sums = Array(repeating: 0.0, count: items.count)
      for (index, (_, covariance)) in model.posteriors(of: user).enumerated() {
        let (part, target) = (model.parts[index], targets[index])
        for (place, item) in items.enumerated() {
          sums[place] +=
            worths[Int(item)]
            * varianceReduction(
              by: part.items.vector(Int(item)),
              noise: part.items.unexplained(Int(item), noise: part.noise),
              covariance: covariance, target: target)
        }
      }
      let square = model.measure.unit * model.measure.unit
      return sums.map { Float($0 * square / Double(targets.count)) }
    }
  }
}

/// By how much one measurement of xᵀz with a noise variance lessens tr(M Σ), Σ being the covariance of z:
/// xᵀ Σ M Σ x / (xᵀ Σ x + σ²).
///
/// - Parameters:
///   - vector: x.
///   - covariance: Σ as a packed lower triangle.
///   - target: M as a packed lower triangle.
package func varianceReduction(
  by vector: [Double], noise: Double, covariance: [Double], target: [Double]
) -> Double {
  func product(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
  let spread = PackedSymmetric.product(covariance, vector)
  return product(spread, PackedSymmetric.product(target, spread))
    / (product(vector, spread) + noise)
}
