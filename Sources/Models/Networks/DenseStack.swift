import Kernels

/// The part of a network behind its features, where that is a plain stack of dense layers:
/// xₗ₊₁ = f(xₗ·Wₗ + bₗ), the last without f, plus the state's residual.
///
/// Training can then plan derivatives of the whole stack instead of recording them operation by operation.
package struct DenseStack: Sendable, Equatable {
  /// The blocks of one layer.
  package struct Layer: Sendable, Equatable {
    /// W, for what differs from row to row.
    package var weight: Int
    /// U, for the features that all rows share: u·U joins the bias. Only the first layer may have it.
    package var common: Int?
    package var bias: Int

    package init(weight: Int, common: Int? = nil, bias: Int) {
      self.weight = weight
      self.common = common
      self.bias = bias
    }

    package var blocks: [Int] { [weight] + (common.map { [$0] } ?? []) + [bias] }
  }

  /// Layer `l` is the network's stage l + 1.
  package var layers: [Layer]
  package var activation: Activation

  package init(layers: [Layer], activation: Activation) {
    self.layers = layers
    self.activation = activation
  }

  /// f, with what its derivatives are in terms of its value y.
  package enum Activation: Sendable {
    case relu, tanh, sigmoid
  }
}

extension DenseStack.Activation {
  /// y = f(y), in place.
  package func apply(to y: Matrix, _ kernels: KernelSet) {
    let function: ElementFunction =
      switch self {
      case .relu: .relu
      case .tanh: .tanh
      case .sigmoid: .sigmoid
      }
    kernels.map(function, y, into: y)
  }

  /// x = f′·x, in place, with f′ from the value y: [y > 0], 1 − y², y − y².
  package func multiplyDerivative(
    of y: Matrix, into x: Matrix, buffer: Matrix, _ kernels: KernelSet
  ) {
    switch self {
    case .relu: kernels.maskPositive(x, by: y, into: x)
    case .tanh:
      kernels.multiply(y, y, into: buffer)
      kernels.multiply(buffer, x, into: buffer)
      kernels.axpy(-1, buffer, x)
    case .sigmoid:
      kernels.multiply(y, x, into: buffer)
      kernels.multiply(buffer, y, into: x)
      kernels.addScaled(buffer, -1, x, into: x)
    }
  }

  /// x = x + (f″/f′)·v, with f″/f′ from the value y: 0, −2y, 1 − 2y.
  package func addSecondDerivative(
    of y: Matrix, times v: Matrix, to x: Matrix, buffer: Matrix, _ kernels: KernelSet
  ) {
    if self == .relu { return }
    kernels.multiply(y, v, into: buffer)
    kernels.axpy(-2, buffer, x)
    if self == .sigmoid { kernels.axpy(1, v, x) }
  }
}
