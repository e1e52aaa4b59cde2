import Glibc

import Kernels

extension ElementFunction {
  /// The same function by the C library, in double precision.
  func reference(_ x: Double) -> Double {
    switch self {
    case .relu: max(0, x)
    case .tanh: Glibc.tanh(x)
    case .sigmoid: 1 / (1 + Glibc.exp(-x))
    case .exp: Glibc.exp(x)
    case .softplus: max(0, x) + log1p(Glibc.exp(-abs(x)))
    case .reciprocal: 1 / x
    case .squareRoot: x.squareRoot()
    case .log: Glibc.log(x)
    case .sign: x > 0 ? 1 : x < 0 ? -1 : 0
    }
  }
}
