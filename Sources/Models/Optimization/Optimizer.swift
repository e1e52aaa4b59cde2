import Kernels
import Language

/// How the outer loop moves the weights along a gradient.
package protocol Optimizer: Configurable {
  /// How many numbers it remembers for each weight.
  var memoryPerWeight: Int { get }
  /// The decay of embeddings that suits it when none is asked for.
  var usualLookupDecay: Double { get }
  /// Moves one range of the weights; called for disjoint ranges, from any thread. The gradient may be
  /// overwritten.
  ///
  /// - Parameters:
  ///   - step: 1 for the first.
  ///   - decay: how strongly weights are drawn to zero.
  func move(
    _ weights: Matrix, along gradient: Matrix, memory: [Matrix], rate: Float, step: Int,
    decay: Float, kernels: KernelSet)
}

extension Optimizer {
  package var usualLookupDecay: Double { 0 }
}

/// Every optimiser that `outer=` can name.
package let optimizers = Catalog<any Optimizer>(
  "optimizer", [AdamW.self, Adam.self, SGD.self])

/// Running moments of the gradient (Kingma and Ba 2015), which Adam and AdamW scale their steps by.
private struct Moments: Sendable {
  var beta1 = 0.9
  var beta2 = 0.999

  static func parameters<Root>(_ path: Path<Root, Moments>) -> [Parameter<Root>] {
    let own: [Parameter<Moments>] = [
      .option("beta1", \.beta1, in: 0...0.9999, "decay of the mean of gradients"),
      .option("beta2", \.beta2, in: 0...0.99999, "decay of the mean of their squares"),
    ]
    return own.map { $0.lifted(along: path) }
  }

  /// One step; `decay` is the share that it takes of each weight.
  func move(
    _ weights: Matrix, along gradient: Matrix, memory: [Matrix], rate: Float, step: Int,
    decay: Float, kernels: KernelSet
  ) {
    let first = 1 - power(beta1, step)
    let second = 1 - power(beta2, step)
    kernels.adam(
      weights, gradient: gradient, first: memory[0], second: memory[1], beta1: beta1,
      beta2: beta2, rate: rate / Float(first), correction: Float(1 / second),
      epsilon: 1e-8, decay: decay)
  }

  private func power(_ base: Double, _ exponent: Int) -> Double {
    var result = 1.0
    var factor = base
    var left = exponent
    while left > 0 {
      if left & 1 == 1 { result *= factor }
      factor *= factor
      left >>= 1
    }
    return result
  }
}

/// Adam with decoupled decay (Loshchilov and Hutter 2019): a step takes away rate · decay of each weight.
package struct AdamW: Optimizer {
  private var moments = Moments()

  package init() {}

  package static let signature = Signature<Self>(
    "adamw", "Adam whose weight decay is a share of each weight, apart from the gradient.",
    details: "w ← w − rate · (m̂ / (√v̂ + ε) + decay · w). Loshchilov and Hutter, ICLR 2019.",
    Moments.parameters(\.moments),
    examples: [Example("meta-train maml outer=adamw epochs=1")])

  package var memoryPerWeight: Int { 2 }
  package var usualLookupDecay: Double { 1 }

  package func move(
    _ weights: Matrix, along gradient: Matrix, memory: [Matrix], rate: Float, step: Int,
    decay: Float, kernels: KernelSet
  ) {
    moments.move(
      weights, along: gradient, memory: memory, rate: rate, step: step, decay: rate * decay,
      kernels: kernels)
  }
}

/// Adam (Kingma and Ba 2015); its decay is part of the gradient, as with an L2 penalty.
package struct Adam: Optimizer {
  private var moments = Moments()

  package init() {}

  package static let signature = Signature<Self>(
    "adam", "Steps scaled by running moments of the gradient.",
    details: "Weight decay joins the gradient: g + decay · w. Kingma and Ba, ICLR 2015.",
    Moments.parameters(\.moments),
    examples: [Example("meta-train maml outer=adam epochs=1")])

  package var memoryPerWeight: Int { 2 }

  package func move(
    _ weights: Matrix, along gradient: Matrix, memory: [Matrix], rate: Float, step: Int,
    decay: Float, kernels: KernelSet
  ) {
    if decay > 0 { kernels.axpy(decay, weights, gradient) }
    moments.move(
      weights, along: gradient, memory: memory, rate: rate, step: step, decay: 0, kernels: kernels)
  }
}

/// Plain steps along the gradient.
package struct SGD: Optimizer {
  package init() {}

  package static let signature = Signature<Self>(
    "sgd", "Plain steps along the gradient.", details: "w ← w − rate · (g + decay · w).",
    examples: [Example("meta-train maml outer=sgd epochs=1")])

  package var memoryPerWeight: Int { 0 }

  package func move(
    _ weights: Matrix, along gradient: Matrix, memory: [Matrix], rate: Float, step: Int,
    decay: Float, kernels: KernelSet
  ) {
    if decay > 0 { kernels.scale(1 - rate * decay, weights, into: weights) }
    kernels.axpy(-rate, gradient, weights)
  }
}
