import MetaLearning
import Models

/// A training that can be repeated with other seeds, and a cache of the models of such repetitions.
package struct TrainingRecipe: Sendable {
  package var command: MetaTrain
  package var network: any Network
  private var made: [Repetition: TrainedModel] = [:]

  private struct Repetition: Hashable {
    var seed: Int
    var fingerprint: UInt64
  }

  package init(command: MetaTrain, network: any Network) {
    self.command = command
    self.network = network
    self.command.checkpoint = ""
  }

  /// The model that the same training gives on that session's tasks and with its seed; trained once.
  package mutating func model(in session: Session, host: any Host) throws -> TrainedModel? {
    let repetition = Repetition(
      seed: session.settings.seed, fingerprint: session.tasks?.fingerprint ?? 0)
    if let model = made[repetition] { return model }
    var session = session
    session.network = network
    _ = try command.run(in: &session, host: host)
    made[repetition] = session.model
    return session.model
  }
}
