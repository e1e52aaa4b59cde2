import Kernels
import Models

/// A checkpoint as a safetensors file: the state of a training, and its identity as key-value pairs (`words`)
/// in the metadata.
package enum CheckpointFile {
  /// The key in the metadata that every checkpoint has.
  static let versionKey = "mrs.checkpoint"
  private static let stepKey = "mrs.step"
  private static let arithmeticKey = "mrs.arithmetic"

  private enum Name {
    static let weights = "weights"
    static let best = "best"
    static let trainLoss = "history.train-loss"
    static let validLoss = "history.valid-loss"
    static let isBest = "history.is-best"

    static func memory(_ number: Int) -> String { "optimizer.\(number + 1)" }
  }

  /// - Parameter words: which training it is, to compare when going on.
  package static func encoded(_ state: TrainingState, words: [String: String]) -> Safetensors {
    func row(_ name: String, _ values: [Float]) -> Safetensors.Tensor {
      .init(name, shape: [values.count], values: values)
    }
    var tensors = [
      row(Name.weights, state.weights.all.array), row(Name.best, state.best.all.array),
    ]
    for (number, memory) in state.memory.enumerated() {
      tensors.append(row(Name.memory(number), memory))
    }
    tensors += [
      row(Name.trainLoss, state.history.map(\.trainLoss)),
      row(Name.validLoss, state.history.map(\.validLoss)),
      row(Name.isBest, state.history.map { $0.isBest ? 1 : 0 }),
    ]
    var metadata = words
    metadata[versionKey] = FileVersion.present
    metadata[stepKey] = "\(state.step)"
    metadata[arithmeticKey] = "\(Arithmetic.version)"
    return Safetensors(metadata: metadata, tensors: tensors)
  }

  /// The words of a checkpoint that this version can read.
  package static func words(_ file: Safetensors) throws(ModelFileError) -> [String: String] {
    guard file.metadata[ModelFile.versionKey] == nil else {
      throw ModelFileError("is a trained model, not a checkpoint; `open model` takes it")
    }
    try FileVersion.check(file, versionKey)
    guard file.metadata[versionKey] != nil else {
      throw ModelFileError("is a safetensors file, but not a checkpoint of a training")
    }
    return file.metadata
  }

  /// The version of the arithmetic that a checkpoint was made with; files without it are older.
  package static func arithmetic(_ words: [String: String]) -> Int {
    words[arithmeticKey].flatMap { Int($0) } ?? 1
  }

  /// The state for a training whose weights lie as `layout` says.
  package static func state(
    _ file: Safetensors, layout: Layout, memories: Int
  ) throws(ModelFileError) -> TrainingState {
    func row(_ name: String, count: Int?) throws(ModelFileError) -> [Float] {
      guard let tensor = file.tensors.first(where: { $0.name == name }) else {
        throw ModelFileError("lacks `\(name)`")
      }
      if let count, tensor.values.count != count {
        throw ModelFileError(
          "holds \(tensor.values.count) numbers of `\(name)`, and this training has \(count)")
      }
      return tensor.values
    }
    func weights(_ name: String) throws(ModelFileError) -> Weights {
      var weights = Weights(layout)
      weights.mutableAll().copy(from: try row(name, count: layout.count))
      guard weights.isFinite else { throw ModelFileError("holds `\(name)` that are not numbers") }
      return weights
    }
    let trainLoss = try row(Name.trainLoss, count: nil)
    let validLoss = try row(Name.validLoss, count: trainLoss.count)
    let isBest = try row(Name.isBest, count: trainLoss.count)
    guard let step = file.metadata[stepKey].flatMap({ Int($0) }), step >= 0 else {
      throw ModelFileError("does not say how many steps were taken")
    }
    var memory: [[Float]] = []
    for number in 0..<memories {
      memory.append(try row(Name.memory(number), count: layout.count))
    }
    return TrainingState(
      weights: try weights(Name.weights), best: try weights(Name.best), memory: memory, step: step,
      history: trainLoss.indices.map {
        EpochSummary(
          epoch: $0 + 1, trainLoss: trainLoss[$0], validLoss: validLoss[$0],
          isBest: isBest[$0] == 1)
      })
  }
}
