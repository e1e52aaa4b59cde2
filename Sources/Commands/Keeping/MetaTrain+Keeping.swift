import MetaLearning
import Models

extension MetaTrain: LongCommand {
  package func basis(of session: Session) -> Session {
    var basis = Session(kernels: session.kernels)
    basis.data = session.data
    basis.tasks = session.tasks
    basis.network = session.network
    basis.settings = session.settings
    basis.resumed = session.resumed
    if let student = learner as? any Student {
      basis.models = session.models.filter { $0.key == student.teacherName }
    }
    return basis
  }

  package func essence(of made: Session) -> [UInt8]? {
    // A checkpoint would not be written by taking the result, whether it could be this time or not.
    guard checkpoint.isEmpty, let model = made.model, !model.isPartial else { return nil }
    let state = TrainingState(
      weights: model.weights, best: model.weights, memory: [], step: 0, history: model.history)
    return CheckpointFile.encoded(state, words: [:]).encoded()
  }

  package func restore(_ essence: [UInt8], in basis: inout Session) throws {
    let file = try essence.withUnsafeBytes { bytes in try Safetensors(bytes) }
    basis.model = try TrainingCourse(self, in: basis).model(finishedIn: file)
    basis.recipe = TrainingRecipe(command: self, network: network(in: basis))
  }

  package func deliver(_ made: Session, to session: inout Session) {
    session.model = made.model
    (session.recipe, session.stopped) = (made.recipe, made.stopped)
    session.adapted = nil
  }
}
