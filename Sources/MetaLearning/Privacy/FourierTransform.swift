import Kernels

/// Convolution of a list with itself, by the discrete Fourier transform.
enum FourierTransform {
  /// The numbers of a list, convolved with itself so many times and wrapped around at `length`.
  ///
  /// - Parameters:
  ///   - list: at most `length` numbers.
  ///   - length: a power of two.
  static func selfConvolved(_ list: [Double], times: Int, length: Int) -> [Double] {
    var real = list + Array(repeating: 0, count: length - list.count)
    var imaginary = [Double](repeating: 0, count: length)
    let turns = Turns(length)
    transform(&real, &imaginary, turns)
    for place in 0..<length {
      (real[place], imaginary[place]) = power(real[place], imaginary[place], times)
    }
    // The inverse of a transform is one of the conjugate.
    for place in 0..<length { imaginary[place] = -imaginary[place] }
    transform(&real, &imaginary, turns)
    let scale = 1 / Double(length)
    return real.map { $0 * scale }
  }

  /// (a + bi)ⁿ by repeated squaring.
  private static func power(_ a: Double, _ b: Double, _ n: Int) -> (Double, Double) {
    var (result, base) = ((1.0, 0.0), (a, b))
    var left = n
    func product(_ x: (Double, Double), _ y: (Double, Double)) -> (Double, Double) {
      (x.0 * y.0 - x.1 * y.1, x.0 * y.1 + x.1 * y.0)
    }
    while left > 0 {
      if left & 1 == 1 { result = product(result, base) }
      base = product(base, base)
      left >>= 1
    }
    return result
  }

  /// exp(−2πik / n) for the first half of all k.
  private struct Turns {
    let cosines: [Double]
    let sines: [Double]

    init(_ length: Int) {
      let angles = (0..<length / 2).map { -2 * Double.pi * Double($0) / Double(length) }
      cosines = angles.map { Elementary.cos($0) }
      sines = angles.map { Elementary.sin($0) }
    }
  }

  /// Cooley and Tukey's transform in place, of radix 2.
  private static func transform(
    _ real: inout [Double], _ imaginary: inout [Double], _ turns: Turns
  ) {
    let count = real.count
    var reversed = 0
    for place in 1..<count {
      var bit = count >> 1
      while reversed & bit != 0 {
        reversed ^= bit
        bit >>= 1
      }
      reversed |= bit
      if place < reversed {
        real.swapAt(place, reversed)
        imaginary.swapAt(place, reversed)
      }
    }
    real.withUnsafeMutableBufferPointer { re in
      imaginary.withUnsafeMutableBufferPointer { im in
        var half = 1
        while half < count {
          let stride = count / (2 * half)
          for start in Swift.stride(from: 0, to: count, by: 2 * half) {
            for k in 0..<half {
              let (c, s) = (turns.cosines[k * stride], turns.sines[k * stride])
              let (low, high) = (start + k, start + k + half)
              let x = re[high] * c - im[high] * s
              let y = re[high] * s + im[high] * c
              (re[high], im[high]) = (re[low] - x, im[low] - y)
              (re[low], im[low]) = (re[low] + x, im[low] + y)
            }
          }
          half *= 2
        }
      }
    }
  }
}
