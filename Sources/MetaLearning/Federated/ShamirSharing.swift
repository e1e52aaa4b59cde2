import Kernels

/// Arithmetic modulo the prime 2⁶¹ − 1.
package enum PrimeField {
  package static let modulus: UInt64 = (1 << 61) - 1

  static func sum(_ a: UInt64, _ b: UInt64) -> UInt64 { reduced(a + b) }

  static func difference(_ a: UInt64, _ b: UInt64) -> UInt64 { reduced(a + modulus - b) }

  /// Of factors below the modulus: 2⁶¹ is 1, and so the product's upper bits are added to the lower 61.
  package static func product(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let wide = a.multipliedFullWidth(by: b)
    return reduced((wide.high << 3 | wide.low >> 61) + (wide.low & modulus))
  }

  /// A number below twice the modulus, modulo it.
  private static func reduced(_ a: UInt64) -> UInt64 { a >= modulus ? a - modulus : a }

  static func power(_ base: UInt64, _ exponent: UInt64) -> UInt64 {
    var (result, base, left) = (UInt64(1), base, exponent)
    while left > 0 {
      if left & 1 == 1 { result = product(result, base) }
      base = product(base, base)
      left >>= 1
    }
    return result
  }

  package static func inverse(_ a: UInt64) -> UInt64 { power(a, modulus - 2) }
}

/// A secret in shares, of which `threshold` give it back, and fewer tell nothing (Shamir 1979).
///
/// The secret is the value at 0 of a random polynomial; the share of the holder with number `n` is that at n + 1.
package enum ShamirSharing {
  package static func shares(
    of secret: UInt64, holders: Int, threshold: Int, _ stream: inout RandomStream
  ) -> [UInt64] {
    let coefficients =
      [secret % PrimeField.modulus]
      + (1..<threshold).map { _ in stream.next() % PrimeField.modulus }
    return (0..<holders).map { holder in
      coefficients.reversed().reduce(0) {
        PrimeField.sum(PrimeField.product($0, UInt64(holder + 1)), $1)
      }
    }
  }

  /// What the shares of those holders are multiplied by to give the secret (Lagrange at 0).
  package static func factors(of holders: [Int]) -> [UInt64] {
    holders.map { own in
      let x = UInt64(own + 1)
      var (above, below) = (UInt64(1), UInt64(1))
      for other in holders where other != own {
        let y = UInt64(other + 1)
        above = PrimeField.product(above, y)
        below = PrimeField.product(below, PrimeField.difference(y, x))
      }
      return PrimeField.product(above, PrimeField.inverse(below))
    }
  }

  package static func secret(_ shares: [UInt64], factors: [UInt64]) -> UInt64 {
    zip(shares, factors).reduce(0) { PrimeField.sum($0, PrimeField.product($1.0, $1.1)) }
  }
}
