import Datasets
import Kernels
import MetaLearning
import Models
import TestedKernels
import Testing

/// Model files and checkpoints of which one bit is another.
@Suite struct FlippedBitsTests {
  private static let data = smallWorld(users: 6, items: 6, ratings: 5)

  /// A training after its first epoch.
  private static func training() -> Training {
    var network = MLP()
    (network.hidden, network.embed) = ([2], 1)
    var options = TrainingOptions()
    (options.epochs, options.key) = (2, RandomKey(seed: 1))
    var training = Training(
      data, smallSplit(data, query: 2), learner: MAML(), network: network, loss: SquaredError(),
      options: options, kernels: .underTest)
    while let step = training.next(), step.epochEnd == nil {}
    return training
  }

  private static let model: [UInt8] = {
    let trained = training()
    return ModelFile.encoded(
      TrainedModel(
        learner: MAML(), problem: trained.problem, weights: trained.best, fingerprint: 1)
    ).sealed()
  }()

  private static let checkpoint =
    CheckpointFile.encoded(training().state, words: ["mrs.training.seed": "1"]).sealed()

  /// The bits that can be changed without being noticed.
  private func unnoticed(in whole: [UInt8], _ open: (Safetensors) throws -> Void) -> [Int] {
    (0..<8 * whole.count).filter { bit in
      var changed = whole
      changed[bit / 8] ^= 1 << (bit % 8)
      return (try? open(changed.withUnsafeBytes { try Safetensors($0) })) != nil
    }
  }

  @Test func noChangedBitOfAModelIsTaken() throws {
    let open = { (file: Safetensors) in
      _ = try ModelFile.model(file, data: Self.data, kernels: .underTest)
    }
    try open(Self.model.withUnsafeBytes { try Safetensors($0) })
    #expect(unnoticed(in: Self.model, open) == [])
  }

  @Test func noChangedBitOfACheckpointIsTaken() throws {
    let open = { (file: Safetensors) in _ = try CheckpointFile.words(file) }
    try open(Self.checkpoint.withUnsafeBytes { try Safetensors($0) })
    #expect(unnoticed(in: Self.checkpoint, open) == [])
  }

  @Test func nestingInTheWordsOfAModelIsBounded() throws {
    var file = try Self.model.withUnsafeBytes { try Safetensors($0) }
    file.metadata["mrs.fields"] = String(repeating: "[", count: 1_000_000)
    let bytes = file.sealed()
    #expect(throws: ModelFileError.self) {
      _ = try ModelFile.model(
        try bytes.withUnsafeBytes { try Safetensors($0) }, data: Self.data, kernels: .underTest)
    }
  }

  @Test func aVersionWithoutItsDigestIsNeitherOfThem() throws {
    let whole = try Self.model.withUnsafeBytes { try Safetensors($0) }
    func message(_ change: (inout Safetensors) -> Void, isSealed: Bool) -> String {
      var file = whole
      change(&file)
      let bytes = isSealed ? file.sealed() : file.encoded()
      do {
        _ = try ModelFile.model(
          try bytes.withUnsafeBytes { try Safetensors($0) }, data: Self.data, kernels: .underTest)
        return "taken"
      } catch { return (error as? ModelFileError)?.message ?? "" }
    }
    #expect(message({ _ in }, isSealed: true) == "taken")
    #expect(message({ $0.metadata["mrs.version"] = "1" }, isSealed: false) == "taken")
    #expect(message({ _ in }, isSealed: false).contains("it has none"))
    #expect(message({ $0.metadata["mrs.version"] = "1" }, isSealed: true).contains("came with"))
    #expect(message({ $0.metadata["mrs.version"] = nil }, isSealed: false).contains("such as"))
    #expect(message({ $0.metadata["mrs.version"] = "7" }, isSealed: true).contains("version 7"))
    #expect(message({ $0.metadata = ["format": "pt"] }, isSealed: false).contains("not a model"))
  }
}
