/// A seed that derives others by name, so that no consumer of chance disturbs another.
///
/// Keys are values: the same key and name always give the same key, whatever else was drawn and on
/// whatever thread (jax-ml/jax, design note 263).
package struct RandomKey: Sendable, Hashable {
  package let state: UInt64

  package init(seed: UInt64) { state = mixed(seed &+ 0x9E37_79B9_7F4A_7C15) }

  private init(state: UInt64) { self.state = state }

  /// A key that was written down by its `state`.
  package init(restoring state: UInt64) { self.state = state }

  /// The key of that name below this one.
  package func derived(_ name: String) -> RandomKey {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325  // FNV-1a
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return RandomKey(state: mixed(state ^ mixed(hash)))
  }

  /// The key of that number below this one.
  package func derived(_ number: Int) -> RandomKey {
    RandomKey(
      state: mixed(state &+ mixed(UInt64(bitPattern: Int64(number)) ^ 0xA076_1D64_78BD_642F)))
  }

  /// A stream of numbers that starts at this key.
  package var stream: RandomStream { RandomStream(state: state) }
}

/// SplitMix64 (Steele, Lea and Flood 2014).
@usableFromInline
package struct RandomStream: RandomNumberGenerator, Sendable {
  private var state: UInt64
  private var spare: Double?

  init(state: UInt64) { self.state = state }

  @usableFromInline
  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return mixed(state)
  }

  /// A number in [0, 1).
  package mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A whole number in 0..<count, without bias. Precondition: `count` > 0.
  @usableFromInline
  package mutating func below(_ count: Int) -> Int {
    precondition(count > 0, "below(_:) needs a positive count")
    // Lemire 2019: multiply and shift, rejecting the short part.
    let bound = UInt64(count)
    var product = next().multipliedFullWidth(by: bound)
    if product.low < bound {
      let threshold = (0 &- bound) % bound
      while product.low < threshold { product = next().multipliedFullWidth(by: bound) }
    }
    return Int(product.high)
  }

  /// A standard normal number, by the polar method of Marsaglia and Bray (1964).
  package mutating func normal() -> Double {
    if let spare {
      self.spare = nil
      return spare
    }
    while true {
      let u = 2 * uniform() - 1
      let v = 2 * uniform() - 1
      let s = u * u + v * v
      if s > 0, s < 1 {
        let factor = (-2 * Elementary.log(s) / s).squareRoot()
        spare = v * factor
        return u * factor
      }
    }
  }

  /// Puts the elements in random order (Fisher and Yates).
  @inlinable
  package mutating func shuffle<T>(_ elements: inout [T]) {
    guard elements.count > 1 else { return }
    for last in stride(from: elements.count - 1, to: 0, by: -1).whileWanted() {
      elements.swapAt(last, below(last + 1))
    }
  }

  @inlinable
  package mutating func shuffled<T>(_ elements: [T]) -> [T] {
    var elements = elements
    shuffle(&elements)
    return elements
  }
}

/// The finaliser of SplitMix64.
private func mixed(_ x: UInt64) -> UInt64 {
  var x = x
  x = (x ^ (x >> 30)) &* 0xBF58_476D_1CE4_E5B9
  x = (x ^ (x >> 27)) &* 0x94D0_49BB_1331_11EB
  return x ^ (x >> 31)
}
