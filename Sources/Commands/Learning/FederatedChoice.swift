import Language
import MetaLearning
import Models

/// Where the data of a training lie, and what goes between server and clients.
package struct FederatedChoice: Sendable {
  package var over = Place.central
  package var clients: Int?
  package var perRound: Int?
  package var localSteps = 1
  package var localRate = 0.01
  package var dropOut = 0.0
  package var late = 0.0
  package var isSecure = false
  package var threshold: Int?

  /// Where the data lie.
  package enum Place: String, ArgumentChoice {
    case central, federated

    package var summary: String {
      switch self {
      case .central: "all in one place"
      case .federated: "with clients, which send what they have learned and no ratings (simulated)"
      }
    }
  }

  /// The options of `meta-train`, with the place of the choice in it.
  static let parameters: [Parameter<MetaTrain>] = [
    .option("over", \.federated.over, "where the data lie; `help federated` says more")
      .absent("central"),
    .option(
      "clients", \.federated.clients, in: 2...1_000_000,
      "with over=federated, among how many training users are dealt; each is one if not given"),
    .option(
      "per-round", \.federated.perRound, in: 1...100_000,
      "with over=federated, how many clients are asked in a round; 10, or all if fewer"),
    .option(
      "local-steps", \.federated.localSteps, in: 1...1000,
      "with over=federated, the steps of a client before it answers; 1 sends its gradient"
    )
    .absent("1"),
    .option(
      "local-lr", \.federated.localRate, in: 1e-6...100,
      "with local-steps=2 or more, the rate of the clients' steps"
    )
    .absent("0.01"),
    .option(
      "drop-out", \.federated.dropOut, in: 0...0.99,
      "with over=federated, the share of those asked who never answer"
    )
    .absent("0"),
    .option(
      "stragglers", \.federated.late, in: 0...0.99,
      "with over=federated, the share of answers that come too late"
    )
    .absent("0"),
    .option(
      "secure-aggregation", \.federated.isSecure,
      "with over=federated, mask answers so that the server sees sums alone"
    )
    .absent("no"),
    .option(
      "threshold", \.federated.threshold, in: 2...100_000,
      "with secure-aggregation=yes, how many have to answer; two thirds of per-round if not given"),
  ]

  /// The same with as large a share of its clients as some of the users are of all: rounds then take as long as they
  /// would, and there are as much fewer of them.
  fileprivate func shared(among users: Int, of all: Int) -> FederatedChoice {
    guard over == .federated, users < all, users > 1 else { return self }
    var small = self
    small.clients = clients.map { max(2, $0 * users / all) }
    small.perRound = perRound.map { min($0, small.clients ?? users) }
    let asked = small.perRound ?? min(MetaTrain.usualPerRound, small.clients ?? users)
    small.threshold = threshold.map { min($0, asked) }
    return small
  }

  /// How many answers of clients are in memory at a time.
  var heldAnswers: Int {
    guard over == .federated else { return 0 }
    // What is sent is kept beside what is masked.
    return TrainingMemory.answersHeld(perRound: perRound ?? MetaTrain.usualPerRound)
      * (isSecure ? 2 : 1)
  }

  /// An option that was given though the data lie in one place.
  fileprivate var idle: String? {
    guard over == .central else { return nil }
    let given: [(String, Bool)] = [
      ("clients", clients != nil), ("per-round", perRound != nil), ("local-steps", localSteps != 1),
      ("local-lr", localRate != 0.01), ("drop-out", dropOut != 0), ("stragglers", late != 0),
      ("secure-aggregation", isSecure), ("threshold", threshold != nil),
    ]
    return given.first(where: \.1)?.0
  }
}

extension MetaTrain {
  /// The same training on some of the users, with as large a share of the clients.
  func shared(among users: Int, of all: Int) -> MetaTrain {
    var small = self
    small.federated = federated.shared(among: users, of: all)
    return small
  }

  /// What contradicts clients, or is about them where there are none.
  var federatedContradiction: CommandFailure? {
    if let idle = federated.idle {
      return federatedFailure(
        "\(idle)= is about over=federated, and the data lie in one place", "over=federated", idle)
    }
    guard federated.over == .federated else { return nil }
    let name = type(of: learner).name
    if learner is any ClosedFormLearner || learner is any Student {
      return CommandFailure(
        "E0306",
        learner is any ClosedFormLearner
          ? "`\(name)` is solved from all ratings at once: clients have no updates to send"
          : "`\(name)` learns from a teacher, whom clients do not have",
        help: ["algorithms that send updates: " + Self.steppingLearners.joined(separator: ", ")],
        argument: name)
    }
    if federated.localSteps == 1, federated.localRate != 0.01 {
      return federatedFailure(
        "local-lr= is the rate of several steps of a client, and with local-steps=1 it sends its gradient",
        "local-steps=5", "local-lr")
    }
    return federatedCounts ?? unaccounted ?? federatedParts
      ?? ownNetwork.flatMap(federatedNetworkContradiction)
  }

  private var federatedCounts: CommandFailure? {
    if let clients = federated.clients, let asked = federated.perRound,
      let contradiction = countContradiction(asked: asked, of: clients)
    {
      return contradiction
    }
    guard federated.isSecure else {
      return federated.threshold == nil
        ? nil
        : federatedFailure(
          "threshold= is about masks, and nothing is masked", "secure-aggregation=yes", "threshold")
    }
    return maskContradiction(
      asked: federated.perRound ?? min(Self.usualPerRound, federated.clients ?? .max))
  }

  /// Why so many clients cannot be asked.
  func countContradiction(asked: Int, of clients: Int) -> CommandFailure? {
    guard asked > clients else { return nil }
    return federatedFailure(
      "per-round=\(asked) asks more clients than the \(clients) that there are",
      "per-round=\(clients) or less", "per-round")
  }

  /// Why masks could not hide anything, or a sum never be unmasked, where so many are asked in a round.
  func maskContradiction(asked: Int) -> CommandFailure? {
    guard asked > 1 else {
      return federatedFailure(
        "the sum of one client is what that client sends: masks hide nothing",
        "per-round=2 or more",
        "secure-aggregation")
    }
    guard let threshold = federated.threshold, threshold > asked else { return nil }
    return federatedFailure(
      "threshold=\(threshold) is more than the \(asked) that are asked in a round",
      "threshold=\(max(2, asked * 2 / 3)) or a larger per-round", "threshold")
  }

  /// What the accountants of privacy could not count.
  private var unaccounted: CommandFailure? {
    guard privacy.mechanism != nil else { return nil }
    if federated.isSecure {
      return federatedFailure(
        "a round that too few answer comes to nothing, which tells how many took part, and the accountant takes that "
          + "to be hidden",
        "leave secure-aggregation= out: the server sees updates and adds the noise",
        "secure-aggregation")
    }
    guard federated.clients != nil else { return nil }
    return federatedFailure(
      "a user more or less changes what a client with several users sends by up to twice user-clip=, and the "
        + "accountant counts it once", "leave clients= out: then each user is a client", "clients")
  }

  private var federatedParts: CommandFailure? {
    let parts: [(String, Bool, String)] = [
      ("heads", !heads.isEmpty, "what several heads start from is counted over all data"),
      ("from", !start.isEmpty, "clients start from what is known of the catalogue alone"),
      ("start", startingWeights == .biases, "the means of items are nobody's to see"),
    ]
    guard let (name, _, why) = parts.first(where: \.1) else { return nil }
    return federatedFailure(
      "\(name)= does not go with over=federated: \(why)", "leave \(name)= out", name)
  }

  func federatedNetworkContradiction(_ network: any Network) -> CommandFailure? {
    guard network.propagation != nil else { return nil }
    let name = type(of: network).name
    return CommandFailure(
      "E0306", "`\(name)` computes over the graph of who rated what, which no client has",
      help: ["model mlp", "model factor"], argument: name)
  }

  /// How many clients are asked where nothing is said.
  static let usualPerRound = 10

  func federatedFailure(
    _ message: String, _ remedy: String, _ argument: String = "over"
  ) -> CommandFailure {
    CommandFailure("E0306", message, help: [remedy], argument: argument)
  }
}
