import Datasets
import Evaluation
import Kernels
import Language
import MetaLearning
import Models
import Reports

/// `audit privacy`: attacks trainings like that of the model, to see what they give away.
package struct Audit: Command {
  var subject = Subject.privacy
  var canaries = 200
  var items = 10
  var trainings = 1
  var shadows = 2
  /// For a plan: how many epochs a training has at most.
  var mostEpochs: Int?

  package init() {}

  package enum Subject: String, ArgumentChoice {
    case privacy

    package var summary: String { "who was among the training users" }
  }

  package static let signature = Signature<Self>(
    "audit", "Attacks trainings like that of the model, to see what they give away of a user.",
    details: """
      Trains as the model was trained, on the same data and canaries= planted users, each of whom a fair coin puts in \
      or leaves out. A planted user rates items that nobody else rates, with the lowest and the highest rating by chance, \
      so that a model foretells them only if it has learnt from them: the worst case, on purpose. Who attacks sees the model \
      and guesses the coins by how well each planted user is foretold (membership inference; Shokri et al. 2017), beside \
      shadows= trainings that have other coins (Carlini et al. 2022). The session and its model stay as they are.

      AUC is the probability that somebody who was in looks more like it than somebody who was not: 0.5 is chance. TPR \
      is the share of those who were in that are found while at most 1 % or 10 % of the others are taken for them (FPR). \
      Under (ε, δ) TPR ≤ e^ε·FPR + δ; `excess` is how far that is broken at the ends of both intervals, and at most 0 \
      where it may hold.

      The ε that shows is a LOWER bound: with 95 % confidence no smaller ε holds of this training, by the guesses of one \
      run (Steinke, Nasr and Jagielski 2023). It refutes a claim that is below it, such as noise that is not drawn as it \
      is accounted for, and never proves one: a cleverer attack may find more. The ε that was accounted for is an UPPER \
      bound. Between the two is what nobody knows. Intervals are 95 %: Newcombe's (2006) of the AUC, Clopper and \
      Pearson's of shares; they take planted users to be independent, which the bound on ε does not need.

      Without noise the attack has to succeed; where it does not, it says nothing of privacy either: more \
      canaries=, trainings= or epochs show more. It needs a training by steps on ratings of users, and one whose noise comes from the \
      seed: secret noise would spend its ε on the users of the data once more.
      """,
    [
      .positional("what", \.subject, "what to look for"),
      .option("canaries", \.canaries, in: 20...100_000, "how many users are planted"),
      .option("items", \.items, in: 2...1000, "how many items of their own each of them rates"),
      .option("trainings", \.trainings, in: 1...1000, "how many trainings are attacked"),
      .option(
        "shadows", \.shadows, in: 0...1000,
        "trainings beside them that tell how each planted user looks when they are not in"),
    ],
    needs: [.tasks, .model],
    examples: [
      Example("audit privacy canaries=40", "the model as it was trained"),
      Example(
        "meta-train maml epochs=2 privacy=gaussian epsilon=1 delta=1e-3; audit privacy canaries=40 shadows=0",
        "what noise hides"),
    ])

  /// The shares of others who may be taken for members.
  private static let wanted = [0.01, 0.1]

  package var resultFields: [ResultField]? {
    ["auc", "auc-low", "auc-high"].map { ResultField($0) }
      + Self.wanted.flatMap { wanted in
        ["tpr", "fpr"].flatMap { rate in
          ["", "-low", "-high"].map { ResultField("\(rate)-\(Self.percent(wanted))\($0)") }
        }
      }
      + ["excess", "epsilon-shown", "epsilon-accounted", "delta", "canaries", "trainings"].map {
        ResultField($0)
      }
  }

  static func percent(_ share: Double) -> String { Number.text((share * 100).rounded()) }

  package func run(in session: inout Session, host: any Host) throws -> Report {
    let recipe = try session.repeatableRecipe(for: "auditing it")
    var attack = try AuditedTraining(recipe, in: session, mostEpochs: mostEpochs)
    attack.plant(canaries, items: items)
    var shadow = ShadowScores(canaries)
    for number in 0..<shadows {
      let run = try attack.run(trainings + number, host, caption(trainings + number))
      shadow.add(run.scores, run.members)
    }
    var (scores, members): ([Double], [Bool]) = ([], [])
    var accounted: PrivacyStatement?
    for number in 0..<trainings {
      let run = try attack.run(number, host, caption(number))
      scores += shadow.calibrated(run.scores)
      members += run.members
      if let privacy = run.privacy, privacy.epsilon >= accounted?.epsilon ?? 0 {
        accounted = privacy
      }
    }
    guard
      let found = MembershipInference(
        scores: scores, isMember: members, delta: accounted?.delta ?? 0)
    else {
      throw CommandFailure(
        "E0408", "chance has put all planted users on one side", help: ["more canaries="])
    }
    return AuditReport(
      found: found, accounted: accounted, rates: Self.wanted.map { found.rate(falsePositives: $0) },
      title: session.model?.title ?? "", canaries: canaries, trainings: trainings, shadows: shadows
    ).report
  }

  private func caption(_ number: Int) -> String {
    let place = number < trainings ? shadows + number : number - trainings
    return "audit privacy, training \(place + 1) of \(shadows + trainings)"
  }
}

extension Audit {
  /// The same with one short training, for a plan, and how many times as long the whole takes.
  func reduced(for command: MetaTrain?) -> (small: Audit, work: Double) {
    var small = self
    (small.trainings, small.shadows) = (1, 0)
    small.mostEpochs = AuditedTraining.tried
    return (small, Double(trainings + shadows) * AuditedTraining.length(of: command))
  }
}

extension Session {
  /// How the model was trained, for what trains it again.
  func repeatableRecipe(for purpose: String) throws(CommandFailure) -> TrainingRecipe {
    guard let model else {
      throw CommandFailure("E0402", Noun.model.absence, help: [Noun.model.remedy])
    }
    if let recipe { return recipe }
    throw unrepeatable(model, purpose)
  }

  /// Why a model cannot be trained again.
  ///
  /// - Parameter purpose: what would train it: "judging it again".
  func unrepeatable(_ model: TrainedModel, _ purpose: String) -> CommandFailure {
    if model.privacy?.isSimulated == false {
      return CommandFailure(
        "E0409", "\(purpose) would train it again, and spend as much privacy once more",
        help: ["noise-source=seed trains as often as you like, and promises nothing"])
    }
    return CommandFailure(
      "E0409", "\(purpose) needs a model that was trained in this session",
      help: ["train it again: `meta-train \(model.title)`"])
  }
}
