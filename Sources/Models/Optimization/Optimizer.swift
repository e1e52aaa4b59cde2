import Kernels
import Language

/// How the outer loop moves the weights along a gradient.
package protocol Optimizer: Configurable {
  /// How many numbers it remembers for each weight.
  var memoryPerWeight: Int { get }
  /// Moves one stretch of the weights; called for disjoint stretches, from any thread.
  ///
  /// - Parameters:
  ///   - step: 1 for the first.
  ///   - decay: the share of each weight that this step takes away.
  func move(
    _ weights: Matrix, along gradient: Matrix, memory: [Matrix], rate: Float, step: Int,
    decay: Float, kernels: KernelSet)
}

/// Every optimiser that `outer=` can name.
package let optimizers = Catalog<any Optimizer>("optimizer", [Adam.self, SGD.self])

/// Adam with decoupled decay (Kingma and Ba 2015; Loshchilov and Hutter 2019).
package struct Adam: Optimizer {
  package var beta1 = 0.9
  package var beta2 = 0.999
  package var epsilon = 1e-8

  package init() {}

  package static let signature = Signature<Self>(
    "adam", "Steps scaled by running moments of the gradient.",
    [
      .option("beta1", \.beta1, in: 0...0.9999, "decay of the mean of gradients"),
      .option("beta2", \.beta2, in: 0...0.99999, "decay of the mean of their squares"),
    ])

  package var memoryPerWeight: Int { 2 }

  package func move(
    _ weights: Matrix, along gradient: Matrix, memory: [Matrix], rate: Float, step: Int,
    decay: Float, kernels: KernelSet
  ) {
    let first = 1 - power(beta1, step)
    let second = 1 - power(beta2, step)
    kernels.adam(
      weights, gradient: gradient, first: memory[0], second: memory[1], beta1: Float(beta1),
      beta2: Float(beta2), rate: rate / Float(first), correction: Float(1 / second),
      epsilon: Float(epsilon), decay: decay)
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

/// Plain steps along the gradient.
package struct SGD: Optimizer {
  package init() {}

  package static let signature = Signature<Self>("sgd", "Plain steps along the gradient.")

  package var memoryPerWeight: Int { 0 }

  package func move(
    _ weights: Matrix, along gradient: Matrix, memory: [Matrix], rate: Float, step: Int,
    decay: Float, kernels: KernelSet
  ) {
    if decay > 0 { kernels.scale(1 - decay, weights, into: weights) }
    kernels.axpy(-rate, gradient, weights)
  }
}
