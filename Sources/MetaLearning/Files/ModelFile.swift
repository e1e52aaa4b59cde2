import Datasets
import FoundationEssentials
import Kernels
import Language
import Models

/// A trained model as a safetensors file: the blocks by name, and in the metadata all that is needed to use
/// them on data with the same features.
package enum ModelFile {
  /// The key in the metadata that every saved model has.
  static let versionKey = "mrs.version"

  private enum Key {
    static let version = versionKey
    static let algorithm = "mrs.algorithm"
    static let network = "mrs.network"
    static let loss = "mrs.loss"
    static let scale = "mrs.scale"
    static let fields = "mrs.fields"
    static let split = "mrs.split"
    static let negatives = "mrs.negatives"
    /// Whose tasks it was trained on; users' where it is not there.
    static let owner = "mrs.tasks-of"
    static let itemCounts = "mrs.item-counts"
    /// What it learns at once, where that is more than one thing: the heads, their weights, the feature of the
    /// categories, and whether the data are ratings.
    static let heads = "mrs.heads"
    static let headWeights = "mrs.head-weights"
    static let headCategory = "mrs.head-category"
    static let feedback = "mrs.feedback"
    /// How its matrices were made smaller, where they were.
    static let compression = "mrs.compression"
    /// What holds of those whose ratings it was trained on, where it was trained with noise.
    static let privacy = "mrs.privacy"
    /// The shapes of matrices of which only some numbers are kept, for other readers: names, rows and columns.
    static let prunedShapes = "mrs.pruned-shapes"
  }

  package static func encoded(_ model: TrainedModel) -> Safetensors {
    let problem = model.problem
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let fields = (try? encoder.encode(problem.encoder.fields)).map {
      String(decoding: $0, as: UTF8.self)
    }
    var metadata = [
      Key.version: FileVersion.present,
      Key.algorithm: described(model.learner),
      Key.network: described(problem.network),
      Key.loss: described(problem.loss),
      Key.scale: "\(problem.scale.lowest) \(problem.scale.highest)",
      Key.fields: fields ?? "[]",
    ]
    if let privacy = model.privacy { metadata[Key.privacy] = privacy.words }
    // A digest of a split tells those who hold all ratings but one user's whether that one was there.
    if model.privacy?.isSimulated ?? true {
      metadata[Key.split] = String(model.fingerprint, radix: 16)
    }
    if model.owner != .users { metadata[Key.owner] = model.owner.rawValue }
    if let compressed = model.compressed {
      metadata[Key.compression] = compressed.compression.words
      let shapes = compressed.matrices.sorted { $0.key < $1.key }
        .flatMap { $0.value.prunedShapes(named: problem.layout.blocks[$0.key].name) }
      if !shapes.isEmpty { metadata[Key.prunedShapes] = shapes.joined(separator: ", ") }
    }
    var tensors = problem.layout.blocks.indices.flatMap { block in
      let place = problem.layout.blocks[block]
      return model.compressed?.matrices[block]?.tensors(named: place.name) ?? [
        Safetensors.Tensor(
          place.name, shape: [place.rows, place.columns], values: model.weights.view(block).array)
      ]
    }
    if let choice = problem.heads?.choice {
      metadata[Key.heads] = choice.kinds.argumentText
      metadata[Key.headWeights] = choice.weights.argumentText
      metadata[Key.headCategory] = choice.category
      metadata[Key.feedback] =
        (problem.negatives == nil ? Feedback.ratings : .interactions).rawValue
    }
    if let negatives = problem.drawing {
      metadata[Key.negatives] = negatives.words
      tensors.append(
        .init(
          Key.itemCounts, shape: [1, negatives.counts.count], values: negatives.counts))
    }
    return Safetensors(metadata: metadata, tensors: tensors)
  }

  /// How the model draws negatives, if it is one of interactions.
  private static func negatives(
    _ file: Safetensors, _ fields: [FeatureField], _ data: Dataset
  ) throws(ModelFileError) -> NegativeSampler? {
    guard let words = file.metadata[Key.negatives] else { return nil }
    guard let counts = file.tensors.first(where: { $0.name == Key.itemCounts }),
      let names = fields.first?.values, counts.shape == [1, names.count],
      counts.values.allSatisfy({ $0 >= 0 && $0 <= 1e9 }),
      let sampler = NegativeSampler(
        words: words, names: names, counts: counts.values, ids: data.items.ids)
    else { throw ModelFileError("does not say how negatives are drawn") }
    return sampler
  }

  /// The model of a file, for some data.
  package static func model(
    _ file: Safetensors, data: Dataset, kernels: KernelSet
  ) throws(ModelFileError) -> TrainedModel {
    guard file.metadata[CheckpointFile.versionKey] == nil else {
      throw ModelFileError("is a checkpoint of a training; `resume` goes on with it")
    }
    try FileVersion.check(file, Key.version)
    guard file.metadata[Key.version] != nil else {
      throw ModelFileError("is a safetensors file, but not a model that mrs saved")
    }
    let learner = try member(of: metaLearners, file, Key.algorithm)
    let fields = try fields(file)
    let owner = try owner(file)
    let data = data.seen(by: owner)
    let negatives = try negatives(file, fields, data)
    let feedback = feedback(file)
    guard feedback == data.feedback else {
      throw ModelFileError(
        "was trained on \(feedback.rawValue), and the data are \(data.feedback.rawValue)")
    }
    let (loss, scale) = (try member(of: losses, file, Key.loss), try scale(file))
    let encoder = FeatureEncoder(fields, data)
    let problem = LearningProblem(
      network: try member(of: networks, file, Key.network), loss: loss, learner: learner,
      encoder: encoder, scale: scale, negatives: feedback == .interactions ? negatives : nil,
      heads: try heads(file, encoder, loss.outputs(scale), negatives), kernels: kernels)
    let (weights, compressed) = try weights(file, problem)
    var model = TrainedModel(
      learner: learner, problem: problem, weights: weights,
      fingerprint: file.metadata[Key.split].flatMap { UInt64($0, radix: 16) } ?? 0)
    if let words = file.metadata[Key.privacy] {
      guard let statement = PrivacyStatement(words: words) else {
        throw ModelFileError("does not say what holds of its privacy")
      }
      model.privacy = statement
    }
    return compressed.map { model.keeping($0) } ?? model
  }

  /// The weights of a file, and the form in which it keeps its matrices if that is a smaller one.
  private static func weights(
    _ file: Safetensors, _ problem: LearningProblem
  ) throws(ModelFileError) -> (Weights, CompressedWeights?) {
    var compression: WeightCompression?
    if let words = file.metadata[Key.compression] {
      compression = WeightCompression(words: words)
      if compression == nil { throw ModelFileError("does not say how its weights are compressed") }
    }
    let smaller = compression == nil ? [] : Set(problem.matrices)
    var weights = Weights(problem.layout)
    var matrices: [Int: PackedMatrix] = [:]
    for (block, place) in problem.layout.blocks.enumerated() {
      if let compression, smaller.contains(block) {
        guard
          let matrix = PackedMatrix(
            place.name, rows: place.rows, columns: place.columns, compression, in: file)
        else { throw ModelFileError("lacks the compressed weights `\(place.name)`") }
        matrices[block] = matrix
        continue
      }
      guard let tensor = file.tensors.first(where: { $0.name == place.name }) else {
        throw ModelFileError("lacks the weights `\(place.name)`")
      }
      guard tensor.shape == [place.rows, place.columns] else {
        throw ModelFileError(
          "has `\(place.name)` of shape \(tensor.shape), expected \([place.rows, place.columns])")
      }
      weights.mutableView(block).copy(from: tensor.values)
    }
    let compressed = compression.map { CompressedWeights($0, matrices) }
    guard (compressed?.unpacked(into: weights) ?? weights).isFinite else {
      throw ModelFileError("holds weights that are not numbers")
    }
    return (weights, compressed)
  }

  /// The heads of the model, if it has several.
  private static func heads(
    _ file: Safetensors, _ encoder: FeatureEncoder, _ ratingOutputs: Int,
    _ sampler: NegativeSampler?
  ) throws(ModelFileError) -> Heads? {
    guard let words = file.metadata[Key.heads] else { return nil }
    let kinds = words.split(separator: ",").compactMap { HeadKind(rawValue: String($0)) }
    let text = file.metadata[Key.headWeights] ?? ""
    let numbers = text.split(separator: ",").compactMap { Double(decimal: $0) }
    let weights = HeadWeights.read(
      numbers.isEmpty ? .word(text) : .list(numbers.map { .number(Number($0)) }))
    guard kinds.argumentText == words, Set(kinds).count == kinds.count, kinds.count > 1,
      let weights, weights.argumentText == text
    else { throw ModelFileError("does not say what its heads are") }
    if case .fixed(let numbers) = weights, !numbers.isEmpty, numbers.count != kinds.count {
      throw ModelFileError("does not say what its heads weigh")
    }
    let choice = HeadChoice(
      kinds, weights: weights, category: file.metadata[Key.headCategory] ?? "")
    let heads = Heads(choice, ratingOutputs: ratingOutputs, encoder, sampler: sampler)
    guard !kinds.contains(.click) || sampler != nil,
      !kinds.contains(.category) || !heads.categoryNames.isEmpty
    else { throw ModelFileError("lacks what its heads need") }
    return heads
  }

  /// Whose tasks the model was trained on.
  private static func owner(_ file: Safetensors) throws(ModelFileError) -> TaskOwner {
    guard let word = file.metadata[Key.owner] else { return .users }
    guard let owner = TaskOwner(rawValue: word) else {
      throw ModelFileError("was trained on tasks of `\(word)`, which mrs does not know")
    }
    return owner
  }

  private static func member<Kind>(
    of catalog: Catalog<Kind>, _ file: Safetensors, _ key: String
  ) throws(ModelFileError) -> Kind {
    switch catalog.member(described: Transformer.renamed(file.metadata[key] ?? "")) {
    case .success(let member): return member
    case .failure(let problem): throw ModelFileError("names an unknown part: \(problem.message)")
    }
  }

  /// What the model was trained on.
  static func feedback(_ file: Safetensors) -> Feedback {
    file.metadata[Key.feedback].flatMap { Feedback(rawValue: $0) }
      ?? (file.metadata[Key.negatives] == nil ? .ratings : .interactions)
  }

  static func fields(_ file: Safetensors) throws(ModelFileError) -> [FeatureField] {
    let json = Data((file.metadata[Key.fields] ?? "").utf8)
    guard let fields = try? JSONDecoder().decode([FeatureField].self, from: json) else {
      throw ModelFileError("does not say what its features are")
    }
    var start = 0
    for field in fields {
      let weights = field.weights ?? field.values.map { _ in 1 }
      guard field.start == start, weights.count == field.values.count,
        weights.allSatisfy({ $0.isFinite && $0 > 0 })
      else { throw ModelFileError("says contradictory things about its features") }
      start += field.rows
    }
    guard fields.first?.kind == .identity else {
      throw ModelFileError("says contradictory things about its features")
    }
    return fields
  }

  static func scale(_ file: Safetensors) throws(ModelFileError) -> RatingScale {
    let numbers = (file.metadata[Key.scale] ?? "").split(separator: " ").compactMap {
      Float(decimal: $0)
    }
    guard numbers.count == 2, numbers[0] < numbers[1] else {
      throw ModelFileError("does not say the scale of its ratings")
    }
    return RatingScale(numbers[0], numbers[1])
  }
}
