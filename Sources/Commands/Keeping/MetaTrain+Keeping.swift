import MetaLearning
import Models

extension MetaTrain: LongCommand {
  package func snapshot(of made: Session) -> [UInt8]? {
    // With a checkpoint it is not kept: taking the kept result would write no checkpoint file.
    // Of a private one nothing is kept: what a result is looked up by tells of the data.
    guard checkpoint.isEmpty, privacy.mechanism == nil, let model = made.model, !model.isPartial
    else { return nil }
    let state = TrainingState(
      weights: model.weights, best: model.weights, memory: [], step: 0, history: model.history)
    return CheckpointFile.encoded(state, words: [:]).encoded()
  }

  package func restore(_ snapshot: [UInt8], in session: inout Session) throws {
    let file = try snapshot.withUnsafeBytes { bytes in try Safetensors(bytes) }
    session.model = try RunningTraining(self, in: session).model(finishedIn: file)
    session.recipe = TrainingRecipe(command: self, network: network(in: session))
    session.adapted = nil
  }
}
