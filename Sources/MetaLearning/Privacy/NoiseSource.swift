import Kernels

/// Where the chance of a private training comes from: who takes part in a step, and the noise.
package enum NoiseSource: Sendable {
  /// A key, from which anybody who knows it draws the same numbers again: what they hide is hidden from nobody.
  case seeded(RandomKey)
  /// A generator that nobody can repeat, such as the operating system's.
  case generator(@Sendable () -> any RandomNumberGenerator)

  /// Whether the same numbers can be drawn again.
  package var isSeeded: Bool {
    if case .seeded = self { true } else { false }
  }

  /// A generator for one purpose, which no other shares.
  func generator(_ purpose: String, _ numbers: Int...) -> any RandomNumberGenerator {
    switch self {
    case .seeded(let key): numbers.reduce(key.derived(purpose)) { $0.derived($1) }.stream
    case .generator(let make): make()
    }
  }

  /// The numbers of a Poisson sample of `count` users, each in it with probability `rate` whoever else is.
  package func sample(of count: Int, rate: Double, step: Int) -> [Int] {
    var generator = generator("sample", step)
    return (0..<count).filter { _ in generator.share() < rate }
  }

  /// Adds normal noise of a standard deviation to a part of a vector.
  ///
  /// - Parameter place: where in the vector the part lies; parts at different places get different numbers.
  func addNoise(_ deviation: Double, to part: Matrix, step: Int, place: Int) {
    var generator = generator("noise", step, place)
    var index = 0
    while index < part.count {
      // Two at a time, whatever is drawn (Box and Muller 1958).
      let radius = deviation * (-2 * Elementary.log(1 - generator.share())).squareRoot()
      let angle = 2 * Double.pi * generator.share()
      part.base[index] += Float(radius * Elementary.cos(angle))
      if index + 1 < part.count { part.base[index + 1] += Float(radius * Elementary.sin(angle)) }
      index += 2
    }
  }
}

extension RandomNumberGenerator {
  /// A number in [0, 1).
  fileprivate mutating func share() -> Double { Double(next() >> 11) * 0x1p-53 }
}
