import Evaluation
import Language
import Reports

/// A command that may be given several values for an option: the session keeps the best run.
package protocol SweepCommand: Command {
  /// The training of one run.
  var training: MetaTrain { get }
  var strategy: any SearchStrategy { get }
  /// The metric on validation users that chooses the best run; the loss when nil.
  var metric: String? { get }
}

extension SweepCommand {
  /// What is wrong with comparing those runs.
  func problem(with sweep: Sweep) -> Problem? {
    if let problem = sweep.severalEnds ?? strategy.problem(with: sweep) { return problem }
    if training.privacy.mechanism != nil, !training.privacy.publishesValidation {
      return Problem(
        "E0306",
        "the best run is chosen by validation users, at whom a private training does not look",
        help: ["public=validation, where they have agreed", "one training for each value"])
    }
    guard metric == nil else { return nil }
    return sweep.incomparableLosses(
      help: "choose by a metric: search \(type(of: strategy).name) by=mae …")
  }

  /// What the checker needs to know about the sweep.
  package var sweepForm: SweepForm {
    let command = self
    return SweepForm(draws: strategy.draws, isRequired: self is Search) {
      command.problem(with: $0)
    }
  }
}

extension MetaTrain: SweepCommand {
  package var training: MetaTrain { self }
  package var strategy: any SearchStrategy { GridSearch() }
  package var metric: String? { nil }
}

/// `search random n=20 maml steps=1..5`: trains many times, and keeps the best run.
package struct Search: SweepCommand, RunChoice {
  package var strategy: any SearchStrategy = RandomSearch()
  package var metric: String?
  package var training = MetaTrain()

  package init() {}

  package static let signature = Signature<Self>(
    "search", "Trains many times with other options, and keeps the run that is best in validation.",
    details: """
      Behind the way to search stands what stands behind `meta-train`; options that hold a list or a \
      range vary. Test users have no part in the choice. What is finished is not trained again: after Ctrl-C \
      the same search goes on, and with `checkpoint="x"` also in another process, from one file for \
      each run. `best` takes another run of the same search, and is the name of the best one in `compare`.
      """,
    [
      .choice(
        "way", \.strategy, from: searchStrategies, "which runs are done", isRequired: true),
      .objective("the metric that chooses the best; the validation loss if not given"),
    ]
      + MetaTrain.signature.parameters.map { parameter in
        parameter.lifted(get: { $0.training }, set: { $0.training = $1 })
      },
    needs: [.tasks], gives: [.model, .ratings, .heads],
    examples: [
      Example("search random n=3 maml steps=1..3 inner-lr=0.01..0.5 epochs=1"),
      Example("search successive-halving n=4 eta=2 ridge lr=0.001..0.1 epochs=2"),
      Example("search grid by=mae matching loss=[mse, bce] epochs=1", "every combination"),
    ])

  package func run(in session: inout Session, host: any Host) throws -> Report {
    throw CommandFailure(
      Sweep.nothingVaries.code, Sweep.nothingVaries.message, help: Sweep.nothingVaries.help)
  }
}
