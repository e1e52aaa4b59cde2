import Datasets
import Kernels
import Language
import MetaLearning
import Models

/// A checkpoint file: the identity of a training, and its state.
struct TrainingCheckpoint {
  let path: String
  let words: [String: String]
  private let file: Safetensors

  init(reading path: String, host: any Host) throws {
    let contents = try host.read(path)
    do {
      file = try contents.withBytes { bytes in Result { try Safetensors(bytes) } }.get()
      words = try CheckpointFile.words(file)
      self.path = path
    } catch let error as ModelFileError {
      throw Self.refusal(path, error)
    }
  }

  private static func refusal(_ path: String, _ error: ModelFileError) -> CommandFailure {
    CommandFailure(
      "E0503", "`\(path)` \(error.message)",
      help: ["`meta-train … checkpoint=\"\(path)\"` writes files that `resume` reads"],
      argument: path)
  }

  /// By which version of the arithmetic it was made.
  var arithmetic: Int { CheckpointFile.arithmetic(words) }

  /// A note about the file for whoever resumes it.
  var remark: String? { file.remark }

  /// The command that started the training, which goes on writing this file.
  func command(
    in catalog: Catalog<any Command>
  ) throws(CommandFailure) -> MetaTrain {
    do {
      var command = try TrainingIdentity.command(words, in: catalog)
      command.checkpoint = path
      return command
    } catch { throw Self.refusal(path, error) }
  }

  /// Restores the state of the file.
  func restore(_ training: inout Training) throws(CommandFailure) {
    do {
      training.restore(
        try CheckpointFile.state(
          file, layout: training.problem.layout, memories: training.memories))
    } catch { throw Self.refusal(path, error) }
  }

  static func write(
    _ training: Training, _ identity: TrainingIdentity, to path: String, host: any Host
  ) throws(CommandFailure) {
    // Also as the training stops: it is what `resume` goes on from.
    try Cancellation.shielding { () throws(CommandFailure) in
      let file = CheckpointFile.encoded(training.state, words: identity.words)
      try host.write(file.sealed(), to: path)
    }
  }
}
