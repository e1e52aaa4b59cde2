import Datasets
import Kernels
import MetaLearning
import Models
import TestedKernels
import Testing

/// Baselines in closed form that hide users.
@Suite struct NoisyBaselineTests {
  /// What the accountant of trainings says of one step in which everybody takes part.
  @Test(arguments: [0.1, 1, 4, 20])
  func oneReleaseIsAccountedForAsOneStepIs(epsilon: Double) {
    for delta in [1e-3, 1e-6] {
      let sigma = SumNoise.gaussianMultiplier(epsilon: epsilon, delta: delta)
      let mechanism = SampledGaussian(noiseMultiplier: sigma, rate: 1)
      let spent = PrivacyAccountant.pld.epsilon(mechanism, steps: 1, delta: delta)
      #expect(abs(spent / epsilon - 1) < 0.01, "\(spent) for \(epsilon)")
    }
  }

  private func released(_ training: [UserTask], _ data: Dataset, _ noise: SumNoise) -> [Double] {
    let sums = NoisyItemSums(training, in: data, noise, key: RandomKey(seed: 4)) { values in
      values.reduce(0, +) / Double(max(1, values.count))
    }
    return sums.sums + sums.counts
  }

  /// With the same noise, a user more or less moves what is released by no more than the clip, and where little is clipped
  /// by just that.
  @Test(arguments: [SumNoise.Kind.gaussian, .laplace], [0.5, 1e3])
  func nobodyMovesMoreThanTheClip(kind: SumNoise.Kind, clip: Double) {
    let world = smallWorld()
    let tasks = smallSplit(world).train
    var noise = SumNoise()
    (noise.kind, noise.userClip) = (kind, clip)
    let all = released(tasks, world, noise)
    for left in tasks.indices {
      var others = tasks
      others.remove(at: left)
      let moved = zip(all, released(others, world, noise)).map { $0 - $1 }
      let length = noise.length(moved)
      #expect(length <= clip * (1 + 1e-9) + 1e-9, "\(length)")
      #expect(length > 0 && (clip > 1 || length > 0.99 * clip))
    }
  }

  @Test(arguments: [SumNoise.Kind.gaussian, .laplace])
  func everyItemGetsNoiseOfTheSizeThatIsSaid(kind: SumNoise.Kind) {
    let world = smallWorld(users: 6, items: 4000, ratings: 12)
    var noise = SumNoise()
    (noise.kind, noise.epsilon) = (kind, 2)
    let numbers = released([], world, noise)
    #expect(numbers.allSatisfy { $0 != 0 } && numbers.count == 8002)
    let mean = numbers.reduce(0, +) / 8002
    let deviation = (numbers.reduce(0) { $0 + $1 * $1 } / 8002).squareRoot()
    #expect(abs(deviation / noise.deviation - 1) < 0.06)
    #expect(abs(mean) < 0.06 * noise.deviation)
  }

  /// The more may be spent, the nearer are they to what they are named after.
  @Test func theLessNoiseTheNearerToThePlainOnes() {
    let world = smallWorld(users: 300, items: 20, ratings: 12)
    let training = smallSplit(world).train
    func distance(_ epsilon: Double, _ isCentred: Bool) -> Double {
      var noise = SumNoise()
      noise.epsilon = epsilon
      var (means, biases) = (NoisyItemMean(), NoisyBias())
      (means.noise, biases.noise) = (noise, noise)
      func scores(_ baseline: any Baseline) -> [Float] {
        let fitted = baseline.fitted(
          to: world, training: training, key: RandomKey(seed: 1), kernels: .underTest)
        return fitted.scores(for: UserContext(user: nil, support: []), items: Array(0..<20))
      }
      let pair = isCentred ? (scores(biases), scores(Bias())) : (scores(means), scores(ItemMean()))
      return zip(pair.0, pair.1).reduce(0) { $0 + Double(abs($1.0 - $1.1)) } / 20
    }
    for isCentred in [false, true] {
      let distances = [50, 2, 0.02].map { distance($0, isCentred) }
      #expect(distances[0] < 0.15, "\(distances)")
      #expect(distances[0] < distances[1] && distances[1] < distances[2], "\(distances)")
    }
  }
}
