import Datasets
import Kernels
import Models

/// Everything about a model but its weights: network, loss, features, and the layout of the blocks of
/// weights.
package final class LearningProblem: Sendable {
  package let network: any Network
  package let loss: any Loss
  package let encoder: FeatureEncoder
  package let scale: RatingScale
  package let shape: InputShape
  package let layout: Layout
  /// The kernels to compute with.
  package let kernels: KernelSet
  /// Draws what a user did not take, where the data are interactions; nil where they are ratings.
  package let negatives: NegativeSampler?
  /// What is learned at once, where that is more than one thing.
  package let heads: Heads?
  /// The blocks of the network come first in the layout; those of the algorithm follow. What is solved in closed
  /// form has no network.
  package let networkBlocks: Int
  /// What training propagates the embeddings over, for a network that asks for it. A trained model holds the
  /// propagated ones, and needs no graph.
  package let graph: FeatureGraph?

  /// The problem for the training tasks of a split.
  ///
  /// - Parameters:
  ///   - sampling: how negatives are drawn, if the data are interactions.
  ///   - key: what they are drawn by.
  ///   - start: the model that training starts from.
  ///   - heads: what is learned at once; one thing if nil.
  ///   - leavesOutDomain: whether the data set that an item comes from is none of its features.
  ///   - encoder: the features; fitted to the training tasks if nil.
  package convenience init(
    _ data: Dataset, _ split: TaskSplit, learner: any MetaLearner, network: any Network,
    loss: any Loss, sampling: NegativeSampling = NegativeSampling(),
    key: RandomKey = RandomKey(seed: 0), start: WarmStart? = nil, heads: HeadChoice? = nil,
    leavesOutDomain: Bool = false, encoder known: FeatureEncoder? = nil, kernels: KernelSet
  ) {
    let rows = split.train.flatMap(\.rows)
    let encoder =
      known
      ?? FeatureEncoder(
        data, training: rows, growing: start?.fields ?? [], leavesOutDomain: leavesOutDomain)
    let layers = learner is any ClosedFormLearner ? nil : network.propagation
    let isDrawn = data.feedback == .interactions || heads?.kinds.contains(.click) == true
    let sampler = isDrawn ? NegativeSampler(sampling, data, training: rows, key: key) : nil
    self.init(
      network: network, loss: loss, learner: learner, encoder: encoder, scale: data.scale,
      negatives: data.feedback == .interactions ? sampler : nil,
      heads: heads.map {
        Heads($0, ratingOutputs: loss.outputs(data.scale), encoder, sampler: sampler)
      },
      graph: layers.map { FeatureGraph(encoder, data, training: rows, layers: $0) },
      kernels: kernels)
  }

  package convenience init(
    network: any Network, loss: any Loss, learner: any MetaLearner, encoder: FeatureEncoder,
    scale: RatingScale, negatives: NegativeSampler? = nil, heads: Heads? = nil,
    graph: FeatureGraph? = nil, kernels: KernelSet
  ) {
    let shape = InputShape(
      ownFields: encoder.items.fields, commonFields: encoder.users.fields,
      tableRows: encoder.tableRows, outputs: heads?.outputCount ?? loss.outputs(scale),
      promptWidth: learner.promptWidth)
    self.init(
      network: network, loss: loss, learner: learner, encoder: encoder, scale: scale, shape: shape,
      negatives: negatives, heads: heads, graph: graph, kernels: kernels)
  }

  package init(
    network: any Network, loss: any Loss, learner: any MetaLearner, encoder: FeatureEncoder,
    scale: RatingScale, shape: InputShape, negatives: NegativeSampler? = nil,
    heads: Heads? = nil, graph: FeatureGraph? = nil, kernels: KernelSet
  ) {
    self.network = network
    self.loss = loss
    self.encoder = encoder
    self.scale = scale
    self.shape = shape
    self.negatives = negatives
    self.heads = heads
    self.graph = graph
    self.kernels = kernels
    if let solved = learner as? any ClosedFormLearner {
      networkBlocks = 0
      layout = Layout(solved.blocks(of: encoder))
      return
    }
    let blocks = network.blocks(shape)
    networkBlocks = blocks.count
    layout = Layout(
      blocks + learner.blocks(beside: blocks, lastStage: network.lastStage(shape))
        + (heads?.blocks ?? []))
  }

  /// The block of embeddings that the graph propagates.
  private var propagated: Int? { graph == nil ? nil : layout.index(of: "embedding") }

  /// The weights that the network computes with: those that are learned, their embeddings propagated over the
  /// graph if there is one.
  package func seen(_ weights: Weights, threads: Int) -> Weights {
    guard let graph, let block = propagated else { return weights }
    var seen = weights
    graph.propagate(seen.mutableView(block), threads: threads, kernels)
    return seen
  }

  /// Makes the gradient in what the network computes with that in what is learned.
  func pullBack(_ gradient: UnsafeMutablePointer<Float>, threads: Int) {
    guard let graph, let block = propagated else { return }
    let place = layout.blocks[block]
    graph.propagate(
      Matrix(gradient + place.offset, rows: place.rows, columns: place.columns), threads: threads,
      kernels)
  }

  /// The number of weights in tables; dense blocks follow them in the layout.
  package var lookupCount: Int {
    layout.blocks.filter { $0.kind != .dense }.reduce(0) { $0 + $1.count }
  }
}
