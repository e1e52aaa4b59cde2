import Datasets
import Kernels
import Language
import MetaLearning
import Models
import Reports

extension MetaTrain {
  /// How it hides what training users gave; nil where it does not. Throws where it could not.
  ///
  /// - Parameters:
  ///   - federated: whose the data are, where each user is a client and rounds are the steps.
  ///   - host: gives the system's generator.
  func privacyPlan(
    for split: TaskSplit, _ data: Dataset, _ network: any Network, _ federated: FederatedPlan?,
    _ session: Session, _ host: (any Host)?
  ) throws(CommandFailure) -> PrivacyPlan? {
    if let contradiction = privacyContradiction { throw contradiction }
    guard privacy.mechanism != nil, let epsilon = privacy.epsilon, let delta = privacy.delta else {
      return nil
    }
    if let contradiction = privateNetworkContradiction(network) { throw contradiction }
    if privacy.source == .system, Ranks.current != nil {
      throw privacyFailure(
        "each rank would draw users and noise of its own, and their weights would part",
        "one process, or noise-source=seed", "noise-source")
    }
    try requireUsers(split, data)
    let users = split.train.count
    let drawn = federated?.perRound ?? batch
    let rate = min(1, Double(drawn) / Double(max(1, users)))
    let planned = epochs * ((users + drawn - 1) / drawn)
    var mechanism = SampledGaussian(noiseMultiplier: privacy.noiseMultiplier ?? 1, rate: rate)
    var steps = planned
    if privacy.noiseMultiplier != nil {
      steps = privacy.accountant.steps(within: epsilon, delta: delta, mechanism, limit: planned)
      guard steps > 0 || planned == 0 else {
        throw privacyFailure(
          "one step alone spends more than ε = \(Number.text(epsilon))",
          "a larger noise-multiplier, a smaller \(federated == nil ? "batch" : "per-round"), or leave noise-multiplier= out",
          "noise-multiplier")
      }
    } else {
      guard
        let noise = privacy.accountant.noiseMultiplier(
          epsilon: epsilon, delta: delta, rate: rate, steps: planned)
      else {
        throw privacyFailure(
          "no noise is enough for ε = \(Number.text(epsilon)) at δ = \(Number.text(delta)) over "
            + counted(planned, "step"), "a larger epsilon, or fewer epochs", "epsilon")
      }
      mechanism.noiseMultiplier = noise
    }
    let plan = PrivacyPlan(
      mechanism: mechanism, clip: privacy.clip, steps: steps,
      source: noiseSource(session, host))
    if !plan.source.isSeeded, host?.maySpend == false { throw spending(plan) }
    return plan
  }

  /// Why a training that was done in an earlier session is not done again.
  private func spending(_ plan: PrivacyPlan) -> CommandFailure {
    let budget = plan.statement(privacy, steps: plan.steps).budget
    return CommandFailure(
      "E0409",
      "this training has spent \(budget) on its users, and would spend as much once more",
      help: [
        "`open model` takes the model from its file, where it was saved; `recover skip` goes on behind it",
        "`recover spend` trains it again",
      ], argument: "privacy")
  }

  private func noiseSource(_ session: Session, _ host: (any Host)?) -> NoiseSource {
    switch privacy.source {
    case .seed: .seeded(session.settings.key.derived("privacy"))
    case .system: .generator { host?.generator ?? SystemRandomNumberGenerator() }
    }
  }

  /// Refuses tasks of which one user has several, and data that are learned by counts over all users.
  func requireUsers(_ split: TaskSplit, _ data: Dataset) throws(CommandFailure) {
    guard data.feedback == .ratings else {
      throw CommandFailure(
        "E0412",
        "privacy= is for ratings: items that stand against clicks are drawn by how many users took them",
        help: ["leave privacy= out"], argument: "privacy")
    }
    guard split.owner == .users, Set(split.train.map(\.user)).count == split.train.count else {
      throw privacyFailure(
        "privacy= hides users, and here the ratings of a user are in several tasks",
        "`split tasks by=user`, a task for each user")
    }
    guard split.screening == nil else {
      throw privacyFailure(
        "outliers are told by the ratings of all training users, without noise",
        "split without leaving out outliers")
    }
  }
}

extension PrivacyPlan {
  /// What holds after so many steps.
  func statement(_ choice: PrivacyChoice, steps: Int) -> PrivacyStatement {
    let delta = choice.delta ?? 0
    return PrivacyStatement(
      epsilon: choice.accountant.epsilon(mechanism, steps: steps, delta: delta), delta: delta,
      accountant: choice.accountant, noiseMultiplier: mechanism.noiseMultiplier, clip: clip,
      rate: mechanism.rate, steps: steps, isSimulated: source.isSeeded)
  }
}

/// What a private training says: what was spent, and by what each thing that it used is hidden.
struct PrivacyReport {
  let statement: PrivacyStatement
  let choice: PrivacyChoice
  let data: Dataset
  let users: Int
  /// How many steps the epochs would have been.
  let planned: Int

  var blocks: [Report.Block] {
    var blocks: [Report.Block] = []
    if statement.isSimulated {
      blocks.append(
        .warning(
          "Privacy is simulated: the noise comes from the session's seed, from which anybody draws it again, so no "
            + "ε is promised. noise-source=system makes it hold."))
    } else {
      blocks.append(
        .note(
          "Private: \(statement.sentence). It is this model's alone: what else is released of the same users adds to it."
        ))
    }
    if statement.steps < planned, choice.noiseMultiplier != nil {
      blocks.append(
        .note(
          "Stopped after \(grouped(statement.steps)) of \(counted(planned, "step")): the next one would spend more than "
            + "ε = \(Number.text(choice.epsilon ?? 0))."))
    }
    if statement.delta * Double(users) >= 1 {
      blocks.append(
        .warning(
          "δ = \(Number.text(statement.delta)) is not below one in \(counted(users, "user")): a mechanism that gives one "
            + "of them away would pass."))
    }
    return blocks + [.table(table)]
  }

  private var table: Table {
    let hasNumbers = data.users.features.contains {
      if case .numbers = $0.values { true } else { false }
    }
    let validation =
      choice.publishesValidation
      ? "public by declaration: public=validation"
      : "off: nobody looks; the last weights are kept"
    var rows: [(String, String)] = [
      (
        "what training users rated",
        "noised: σ = \(text(statement.noiseMultiplier)), user-clip = \(text(statement.clip))"
      ),
      (
        "who takes part in a step",
        "hidden: each user with probability \(text(statement.rate)) (Poisson)"
      ),
      ("items, their features, their scales", "public by declaration: the whole catalogue"),
      ("scale of ratings, number of training users", "public by declaration"),
      ("names of users' feature values", "public by declaration"),
      ("means, biases and factors of items", "off: training starts in the middle of the scale"),
      ("validation loss, early stopping", validation),
      ("training loss, checkpoints, kept results", "off"),
    ]
    if hasNumbers { rows.append(("numbers of users, their means", "off: left out")) }
    let budget = "\(statement.budget) (\(statement.accountant.rawValue))"
    return Table(
      "Privacy", columns: [.init("what"), .init("how")],
      rows: rows.map { [.text($0.0), .text($0.1)] },
      footnotes: [
        (statement.isSimulated ? "with secret noise: " : "") + "\(budget) after "
          + counted(statement.steps, "step") + "; a user more or less is what is hidden",
        "`help privacy`: what is promised, and what is not",
      ])
  }

  private func text(_ number: Double) -> String { Number.text(rounded(number)) }

  /// To four digits.
  private func rounded(_ number: Double) -> Double {
    Double(fixed(number, digits: number < 1 ? 5 : 4)) ?? number
  }
}
