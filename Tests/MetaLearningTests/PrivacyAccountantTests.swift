import FoundationEssentials
import Kernels
import MetaLearning
import Testing

/// What the accountants say of sampled Gaussian mechanisms. `scripts/privacy-references` writes the table of what
/// others say.
@Suite struct PrivacyAccountantTests {
  struct Reference {
    var mechanism: SampledGaussian
    var steps: Int
    var delta: Double
    /// By the RDP of dp-accounting, Opacus and TensorFlow Privacy.
    var renyi: [Double]
    /// By the PLD of dp-accounting.
    var loss: Double
    /// The noise multiplier for ε = 2; nil where it was not asked.
    var noise: Double?
  }

  static let references: [Reference] = {
    let path = #filePath.replacing("PrivacyAccountantTests.swift", with: "privacy-references.csv")
    let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    return text.split(separator: "\n").dropFirst().map { line in
      let numbers = line.split(separator: ",", omittingEmptySubsequences: false)
        .map { Double($0) }
      return Reference(
        mechanism: SampledGaussian(noiseMultiplier: numbers[1] ?? 0, rate: numbers[0] ?? 0),
        steps: Int(numbers[2] ?? 0), delta: numbers[3] ?? 0,
        renyi: numbers[4...6].map { $0 ?? .nan }, loss: numbers[7] ?? .nan, noise: numbers[8])
    }
  }()

  @Test func bothAccountantsSayWhatOthersSay() {
    #expect(Self.references.count == 30)
    for reference in Self.references {
      func spent(_ accountant: PrivacyAccountant) -> Double {
        accountant.epsilon(reference.mechanism, steps: reference.steps, delta: reference.delta)
      }
      let renyi = spent(.rdp)
      for other in reference.renyi { #expect(abs(renyi / other - 1) < 0.01, "\(reference)") }
      // Opacus has the same formulas.
      #expect(abs(renyi / reference.renyi[1] - 1) < 1e-6, "\(reference)")
      let loss = spent(.pld)
      #expect(abs(loss / reference.loss - 1) < 0.001, "\(loss) \(reference)")
      #expect(loss <= renyi)
    }
  }

  @Test func theNoiseThatIsFoundIsEnoughAndHardlyMore() throws {
    for reference in Self.references {
      guard let other = reference.noise else { continue }
      let noise = try #require(
        PrivacyAccountant.pld.noiseMultiplier(
          epsilon: 2, delta: reference.delta, rate: reference.mechanism.rate,
          steps: reference.steps))
      #expect(abs(noise / other - 1) < 0.002, "\(noise) \(reference)")
      var mechanism = reference.mechanism
      mechanism.noiseMultiplier = noise
      let spent = PrivacyAccountant.pld.epsilon(
        mechanism, steps: reference.steps, delta: reference.delta)
      #expect(spent <= 2 && spent > 1.99, "\(spent) \(reference)")
    }
  }

  /// δ(ε) = Φ(1/2σ − εσ) − e^ε Φ(−1/2σ − εσ) (Balle and Wang 2018).
  @Test(arguments: [0.5, 1, 3.0]) func oneStepWithoutSamplingIsTheExactFormula(sigma: Double) {
    func normal(_ x: Double) -> Double { 0.5 * Elementary.erfc(-x / 2.0.squareRoot()) }
    let mechanism = SampledGaussian(noiseMultiplier: sigma, rate: 1)
    for delta in [1e-3, 1e-6, 1e-9] {
      let epsilon = PrivacyAccountant.pld.epsilon(mechanism, steps: 1, delta: delta)
      let exact =
        normal(1 / (2 * sigma) - epsilon * sigma) - Elementary.exp(epsilon)
        * normal(-1 / (2 * sigma) - epsilon * sigma)
      #expect(abs(exact / delta - 1) < 1e-3, "\(epsilon)")
      #expect(exact <= delta * 1.000_001, "ε must not be too small")
    }
  }

  @Test(arguments: PrivacyAccountant.allCases) func stepsEndBeforeTheBudgetIsExceeded(
    accountant: PrivacyAccountant
  ) {
    let mechanism = SampledGaussian(noiseMultiplier: 1.1, rate: 0.05)
    let steps = accountant.steps(within: 3, delta: 1e-5, mechanism, limit: 100_000)
    #expect(steps > 10 && steps < 10_000)
    #expect(accountant.epsilon(mechanism, steps: steps, delta: 1e-5) <= 3)
    #expect(accountant.epsilon(mechanism, steps: steps + 1, delta: 1e-5) > 3)
    #expect(accountant.steps(within: 3, delta: 1e-5, mechanism, limit: 7) == 7)
    #expect(accountant.steps(within: 0.001, delta: 1e-9, mechanism, limit: 50) == 0)
  }

  @Test(arguments: PrivacyAccountant.allCases) func edgesAreWhatTheyShouldBe(
    accountant: PrivacyAccountant
  ) {
    let mechanism = SampledGaussian(noiseMultiplier: 1, rate: 0.1)
    #expect(accountant.epsilon(mechanism, steps: 0, delta: 1e-5) == 0)
    #expect(
      accountant.epsilon(
        SampledGaussian(noiseMultiplier: 0, rate: 0.1), steps: 1, delta: 1e-5) == .infinity)
    let weak = SampledGaussian(noiseMultiplier: 0.05, rate: 1)
    #expect(accountant.epsilon(weak, steps: 1, delta: 1e-5) > 100)
    let strong = SampledGaussian(noiseMultiplier: 1000, rate: 0.001)
    #expect(accountant.epsilon(strong, steps: 1, delta: 1e-5) < 0.001)
  }
}
