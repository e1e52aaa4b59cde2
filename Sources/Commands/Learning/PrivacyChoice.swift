import Language
import MetaLearning
import Models

/// What a training says of privacy.
package struct PrivacyChoice: Sendable {
  /// How it hides what a user gave; it does not if nil.
  package var mechanism: Mechanism?
  package var epsilon: Double?
  package var delta: Double?
  package var userClip: Double?
  package var noiseMultiplier: Double?
  package var accountant = PrivacyAccountant.pld
  package var source = Source.seed
  package var published: [PublicPart] = []

  package enum Mechanism: String, ArgumentChoice {
    case gaussian

    package var summary: String {
      "users are drawn for each step (Poisson), each user's gradient is clipped, and the sum gets normal noise"
    }
  }

  package enum Source: String, ArgumentChoice {
    case seed, system

    package var summary: String {
      switch self {
      case .seed: "the session's seed: replays, hides nothing, and is called simulated"
      case .system: "the system's generator: no two trainings are alike, and ε holds"
      }
    }
  }

  /// What is looked at without noise only where it is declared public.
  package enum PublicPart: String, ArgumentChoice {
    case validation

    package var summary: String {
      "validation users have agreed: their loss is shown, and chooses the epoch"
    }
  }

  /// The clipping norm of a user's gradient.
  var clip: Double { userClip ?? 1 }
  var publishesValidation: Bool { published.contains(.validation) }

  /// The options of `meta-train`, with the place of the choice in it.
  static let parameters: [Parameter<MetaTrain>] = [
    .option(
      "privacy", \.privacy.mechanism,
      "hide what any one training user gave; `help privacy` says what that promises"),
    .option(
      "epsilon", \.privacy.epsilon, in: 0.001...1000,
      "with privacy=, the most that training may spend: it stops before that is exceeded"),
    .option(
      "delta", \.privacy.delta, in: 1e-12...0.1,
      "with privacy=, the probability that ε does not hold; well below one in the number of users"),
    .option(
      "user-clip", \.privacy.userClip, in: 1e-6...1e6,
      "with privacy=, the longest gradient of one user; 1 if not given"),
    .option(
      "noise-multiplier", \.privacy.noiseMultiplier, in: PrivacyAccountant.leastNoise...1000,
      "with privacy=, noise in units of user-clip; as little as all epochs need if not given"),
    .option("accountant", \.privacy.accountant, "with privacy=, what adds up the steps")
      .absent("pld"),
    .option("noise-source", \.privacy.source, "with privacy=, where chance comes from")
      .absent("seed"),
    .option("public", \.privacy.published, "with privacy=, what needs no noise"),
  ]

  /// An option that was given though nothing is private.
  fileprivate var idle: String? {
    guard mechanism == nil else { return nil }
    let given: [(String, Bool)] = [
      ("epsilon", epsilon != nil), ("delta", delta != nil), ("user-clip", userClip != nil),
      ("noise-multiplier", noiseMultiplier != nil), ("accountant", accountant != .pld),
      ("noise-source", source != .seed), ("public", !published.isEmpty),
    ]
    return given.first(where: \.1)?.0
  }
}

extension MetaTrain {
  /// What contradicts privacy, or is about it where there is none.
  var privacyContradiction: CommandFailure? {
    if let idle = privacy.idle {
      return privacyFailure(
        "\(idle)= is about privacy, and privacy= names no mechanism", "\(Self.usualPrivacy)", idle)
    }
    guard privacy.mechanism != nil else { return nil }
    if privacy.epsilon == nil || privacy.delta == nil {
      let missing = privacy.epsilon == nil ? "epsilon" : "delta"
      return privacyFailure(
        "privacy without a bound promises nothing: \(missing)= is not given", Self.usualPrivacy)
    }
    return privateLearnerContradiction ?? privateOptionContradiction
      ?? ownNetwork.flatMap(privateNetworkContradiction)
  }

  private static let usualPrivacy = "privacy=gaussian epsilon=8 delta=1e-5 user-clip=1"

  /// Algorithms whose step is a sum over users.
  static let steppingLearners = metaLearners.types.compactMap { type in
    let learner = type.init()
    return learner is any ClosedFormLearner || learner is any Student ? nil : type.name
  }

  var privateLearnerContradiction: CommandFailure? {
    let name = type(of: learner).name
    let why: String
    if learner is any ClosedFormLearner {
      why = "is solved from all ratings at once, and has no step that noise could hide a user in"
    } else if learner is any Student {
      why = "learns from a teacher that has seen the ratings without noise"
    } else {
      return nil
    }
    return CommandFailure(
      "E0306", "`\(name)` \(why)",
      help: ["algorithms for privacy=: " + Self.steppingLearners.joined(separator: ", ")],
      argument: name)
  }

  /// Options that would keep or use what noise has not hidden.
  private var privateOptionContradiction: CommandFailure? {
    if !checkpoint.isEmpty {
      return privacyFailure(
        "a private training keeps no checkpoint: the file tells of the data and of unfinished steps",
        "leave checkpoint= out", "checkpoint")
    }
    if !start.isEmpty {
      return privacyFailure(
        "a private training starts from random weights: nothing is known of whom `\(start)` learned from",
        "leave from= out", start)
    }
    if startingWeights == .biases {
      return privacyFailure(
        "start=biases takes the means of items from the ratings, without noise",
        "leave start= out: a private training starts in the middle of the scale", "start")
    }
    if !heads.isEmpty {
      return privacyFailure(
        "privacy= is for one head: what others start from is counted over all users",
        "leave heads= out", "heads")
    }
    return nil
  }

  func privateNetworkContradiction(_ network: any Network) -> CommandFailure? {
    guard network.propagation != nil else { return nil }
    let name = type(of: network).name
    return CommandFailure(
      "E0306",
      "`\(name)` computes over the graph of who rated what, so that a user is in everybody's gradient",
      help: ["model mlp", "model factor"], argument: name)
  }

  func privacyFailure(
    _ message: String, _ remedy: String, _ argument: String = "privacy"
  ) -> CommandFailure {
    CommandFailure("E0306", message, help: [remedy], argument: argument)
  }
}
