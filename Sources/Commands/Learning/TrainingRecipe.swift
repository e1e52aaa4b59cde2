import MetaLearning
import Models

/// A training that can be repeated with another seed.
package struct TrainingRecipe: Sendable {
  package var command: MetaTrain
  package var network: any Network

  /// The model that the same training gives with that seed.
  package func model(seed: Int, in session: Session, host: any Host) throws -> TrainedModel? {
    var session = session
    session.settings.seed = seed
    session.network = network
    var command = command
    command.checkpoint = ""
    _ = try command.run(in: &session, host: host)
    return session.model
  }
}
