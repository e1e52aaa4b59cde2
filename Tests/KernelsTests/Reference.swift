import LibC

import Kernels

extension ElementFunction {
  /// The same function by the C library, in double precision.
  func reference(_ x: Double) -> Double {
    switch self {
    case .relu: max(0, x)
    case .tanh: LibC.tanh(x)
    case .sigmoid: 1 / (1 + LibC.exp(-x))
    case .exp: LibC.exp(x)
    case .softplus: max(0, x) + log1p(LibC.exp(-abs(x)))
    case .reciprocal: 1 / x
    case .squareRoot: x.squareRoot()
    case .log: LibC.log(x)
    case .sign: x > 0 ? 1 : x < 0 ? -1 : 0
    }
  }
}
