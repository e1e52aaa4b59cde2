import MetaLearning
import Testing

/// What a question is worth.
@Suite struct QuestionPolicyTests {
  /// Σ′ = (Σ⁻¹ + x xᵀ / σ²)⁻¹ by elimination, against the closed form.
  @Test(arguments: [0.1, 1, 7]) func theReductionIsWhatTheMeasurementTakesAway(noise: Double) {
    let covariance = [2.0, 0.3, 1.0, -0.4, 0.2, 0.7]
    let target = [1.0, 0.1, 0.5, 0, -0.2, 0.9]
    let vector = [1.0, -0.6, 1.4]
    var precision = PackedSymmetric.inverse(covariance, size: 3)
    var place = 0
    for i in 0..<3 {
      for j in 0...i {
        precision[place] += vector[i] * vector[j] / noise
        place += 1
      }
    }
    let after = PackedSymmetric.inverse(precision, size: 3)
    func trace(_ a: [Double]) -> Double {
      // The places off the diagonal count twice.
      zip(a, target).enumerated().reduce(0) {
        $0 + ([0, 2, 5].contains($1.offset) ? 1 : 2) * $1.element.0 * $1.element.1
      }
    }
    let reduction = varianceReduction(
      by: vector, noise: noise, covariance: covariance, target: target)
    #expect(abs(trace(covariance) - trace(after) - reduction) < 1e-12)
    #expect(reduction > 0)
  }
}
