import Kernels
import Language

/// What holds of a model that was trained with noise, in a form that goes with it into its file.
package struct PrivacyStatement: Sendable, Equatable {
  /// The ε that the steps have spent.
  package var epsilon: Double
  package var delta: Double
  package var accountant: PrivacyAccountant
  package var noiseMultiplier: Double
  package var clip: Double
  /// The probability with which a user took part in a step.
  package var rate: Double
  package var steps: Int
  /// Whether the noise came from a seed: then nothing is promised.
  package var isSimulated: Bool

  package init(
    epsilon: Double, delta: Double, accountant: PrivacyAccountant, noiseMultiplier: Double,
    clip: Double, rate: Double, steps: Int, isSimulated: Bool
  ) {
    self.epsilon = epsilon
    self.delta = delta
    self.accountant = accountant
    self.noiseMultiplier = noiseMultiplier
    self.clip = clip
    self.rate = rate
    self.steps = steps
    self.isSimulated = isSimulated
  }

  /// `ε = 7.98 at δ = 1e-05`.
  package var budget: String { "ε = \(Self.text(epsilon)) at δ = \(Number.text(delta))" }

  /// What holds, in one sentence.
  package var sentence: String {
    isSimulated
      ? "simulated privacy: its noise comes from the session's seed, so no ε is promised (secret noise would "
        + "give \(budget) for each training user)"
      : "\(budget) for each training user, by noise that nobody can draw again"
  }

  /// Rounded up, so that no more is promised than holds.
  private static func text(_ epsilon: Double) -> String {
    epsilon.isFinite ? Number.text((epsilon * 1000).rounded(.up) / 1000) : "∞"
  }

  /// For the metadata of a file.
  package var words: String {
    [
      "epsilon=\(Number.text(epsilon))", "delta=\(Number.text(delta))", "unit=user",
      "neighbours=add-or-remove", "sampling=poisson", "rate=\(Number.text(rate))",
      "steps=\(steps)", "noise-multiplier=\(Number.text(noiseMultiplier))",
      "user-clip=\(Number.text(clip))", "accountant=\(accountant.rawValue)",
      "noise=\(isSimulated ? "seed" : "system")",
    ].joined(separator: " ")
  }

  /// Of such words; nil if they do not say it all.
  package init?(words: String) {
    var values: [String: String] = [:]
    for word in words.split(separator: " ") {
      let pair = word.split(separator: "=", maxSplits: 1).map(String.init)
      guard pair.count == 2 else { return nil }
      values[pair[0]] = pair[1]
    }
    func number(_ name: String) -> Double? {
      values[name].flatMap { Double(decimal: $0) }.flatMap { $0.isFinite && $0 >= 0 ? $0 : nil }
    }
    guard let epsilon = number("epsilon"), let delta = number("delta"),
      let rate = number("rate"), let steps = number("steps").flatMap({ Int(exactly: $0) }),
      let noise = number("noise-multiplier"), let clip = number("user-clip"),
      let accountant = values["accountant"].flatMap({ PrivacyAccountant(rawValue: $0) }),
      let source = values["noise"], ["seed", "system"].contains(source)
    else { return nil }
    self.init(
      epsilon: epsilon, delta: delta, accountant: accountant, noiseMultiplier: noise, clip: clip,
      rate: rate, steps: steps, isSimulated: source == "seed")
  }
}
