import Language
import MetaLearning
import Reports

/// What trainings with clients cost: rounds and megabytes against the validation loss.
package struct FederatedPlot: Plot {
  /// Further models to draw, by name.
  package var with: [String] = []

  package init() {}

  package static let signature = Signature<Self>(
    "federated", "Rounds and megabytes of trainings with clients, against the validation loss.",
    details: """
      The present model and those of with=, one below the other by rounds and by megabytes to and from clients. Of \
      a model from data in one place, rounds are outer steps; it sends nothing, and its lowest loss is a level line.
      """,
    [
      .option(
        "with", \.with, "further models to draw, as `keep model NAME` called them",
        completion: .live("trained"))
    ],
    needs: [.model],
    examples: [
      Example("meta-train maml epochs=2 over=federated; plot federated"),
      Example(
        "meta-train maml epochs=2; keep model central; meta-train maml epochs=2 over=federated; "
          + "plot federated with=central", "beside central training"),
    ])

  package func curves(of session: Session, host: any Host) throws -> [Curve] {
    let courses = try courses(of: session)
    let remote = courses.filter { $0.plan != nil }
    guard let first = remote.first else {
      throw CommandFailure(
        "E0402", "none of these models learned from clients",
        help: ["meta-train maml over=federated"])
    }
    let longest = remote.flatMap { $0.megabytes.map(\.x) }.max() ?? 0
    let level = courses.filter { $0.plan == nil }.compactMap { course -> Curve.Series? in
      guard let lowest = course.rounds.map(\.y).min() else { return nil }
      return .init(
        "\(course.name) at best", [.init(0, lowest), .init(longest, lowest)])
    }
    return [
      Curve(
        "Rounds to a validation loss", x: "rounds", y: first.loss,
        series: courses.map { .init($0.name, $0.rounds) }),
      Curve(
        "Megabytes to a validation loss", x: "MB to and from clients", y: first.loss,
        series: remote.map { .init($0.name, $0.megabytes) } + level),
    ]
  }

  /// A training as it is drawn.
  private struct Course {
    var name: String
    var loss: String
    var plan: FederatedPlan?
    /// The validation loss after each epoch, by rounds and by megabytes.
    var rounds: [Curve.Point]
    var megabytes: [Curve.Point]

    /// Nil of a model that does not know its training.
    init?(_ name: String, _ model: TrainedModel) {
      guard let steps = model.stepsPerEpoch else { return nil }
      let known = model.history.filter { $0.validLoss.isFinite }
      guard !known.isEmpty else { return nil }
      (self.name, plan) = (name, model.federated)
      loss = type(of: model.problem.loss).name
      let ends = known.map { $0.epoch * steps }
      let losses = known.map { Double($0.validLoss) }
      rounds = zip(ends, losses).map { Curve.Point(Double($0), $1) }
      let traffic =
        plan?.traffic(ofRounds: ends, weights: model.problem.layout.count) ?? []
      megabytes = zip(traffic, losses).map {
        Curve.Point(FederatedReport.megabytes($0.down + $0.up), $1)
      }
    }
  }

  private func courses(of session: Session) throws(CommandFailure) -> [Course] {
    guard let present = session.model else { throw CommandFailure("E0402", Noun.model.absence) }
    var models = [(present.federated == nil ? present.title : "\(present.title), clients", present)]
    for name in with {
      let model = try session.trained(named: name, remedy: "`keep model \(name)` after a training")
      guard model.fingerprint == present.fingerprint else {
        throw CommandFailure(
          "E0404", "`\(name)` was trained on another split: its losses are of other users",
          help: ["train it on the present split"], argument: name)
      }
      models.append((name, model))
    }
    var courses: [Course] = []
    for (name, model) in models {
      guard let course = Course(name, model) else {
        throw CommandFailure(
          "E0402", "`\(name)` has no validation losses to draw",
          help: [
            "train it here, with validation users: `split tasks valid=10%`",
            "a private training tells them with public=validation",
          ])
      }
      courses.append(course)
    }
    return courses
  }
}
