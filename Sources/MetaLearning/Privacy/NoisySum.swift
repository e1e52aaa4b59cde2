import Kernels

/// How the gradients of a batch become one where nobody's may be told from it: each task's is made no longer than
/// `clip`, their sum gets normal noise, and it is divided by how many tasks are expected, not by how many there are.
///
/// Abadi et al. 2016, for a user's whole gradient (McMahan et al. 2018). A gradient that is not finite counts as none.
package struct NoisySum: Sendable {
  /// C, the longest L2 norm of what a task gives.
  package var clip: Float
  /// σ; the noise in each coordinate has the standard deviation σC.
  package var noiseMultiplier: Double
  /// What the sum is divided by.
  package var expected: Double
  package var source: NoiseSource

  package init(clip: Float, noiseMultiplier: Double, expected: Double, source: NoiseSource) {
    (self.clip, self.noiseMultiplier) = (clip, noiseMultiplier)
    (self.expected, self.source) = (expected, source)
  }

  /// The standard deviation of the noise in the mean.
  var deviation: Double { noiseMultiplier * Double(clip) / expected }
}

/// A private training: by which mechanism, for how many steps.
package struct PrivacyPlan: Sendable {
  package var mechanism: SampledGaussian
  package var clip: Double
  /// How many steps there are at most.
  package var steps: Int
  package var source: NoiseSource

  package init(mechanism: SampledGaussian, clip: Double, steps: Int, source: NoiseSource) {
    (self.mechanism, self.clip) = (mechanism, clip)
    (self.steps, self.source) = (steps, source)
  }

  /// The numbers of the users who take part in a step.
  func sample(of users: Int, step: Int) -> [Int] {
    source.sample(of: users, rate: mechanism.rate, step: step)
  }

  /// - Parameter users: how many there are to draw from.
  func sum(users: Int) -> NoisySum {
    NoisySum(
      clip: Float(clip), noiseMultiplier: mechanism.noiseMultiplier,
      expected: max(1, mechanism.rate * Double(users)), source: source)
  }
}
