import Kernels
import TestedKernels
import Testing

/// 16-bit layers, against whole-number sums.
@Suite struct CodesTests {
  private func codes(_ count: Int, below bound: Int, _ seed: UInt64) -> QuantizedCodes {
    let codes = QuantizedCodes(count: count)
    var stream = RandomKey(seed: seed).stream
    for index in 0..<count { codes.base[index] = Int16(stream.below(2 * bound) - bound) }
    return codes
  }

  @Test(
    arguments: KernelSet.available.indices, [(1, 2, 32), (5, 32, 32), (13, 64, 96), (96, 96, 64)])
  func layersAreExactInEveryVariant(variant: Int, shape: (rows: Int, inputs: Int, outputs: Int)) {
    let kernels = KernelSet.available[variant]
    let (rows, inputs, outputs) = shape
    let a = codes(rows * inputs, below: 3000, 1)
    let b = codes(outputs * inputs, below: 3000, 2)
    let bias = (0..<outputs).map { Int32($0 * 1000 - 20_000) }
    let shift = 14
    let c = QuantizedCodes(count: rows * outputs)
    kernels.codeLayer(rows: rows, a.base, width: inputs, b, bias: bias, shift: shift, into: c.base)
    var wrong = 0
    for row in 0..<rows {
      for column in 0..<outputs {
        var sum = Int(bias[column])
        for input in 0..<inputs {
          let factor = b.base[(input / 2 * outputs + column) * 2 + input % 2]
          sum += Int(a.base[row * inputs + input]) * Int(factor)
        }
        let code = c.base[row * outputs + kernels.codePlace(of: column)]
        if Int(code) != max(0, sum >> shift) { wrong += 1 }
      }
    }
    #expect(wrong == 0, "\(kernels.name)")
  }

  @Test(arguments: KernelSet.available.indices)
  func scoresAreExactInEveryVariant(variant: Int) {
    let kernels = KernelSet.available[variant]
    let (rows, width) = (7, 64)
    let a = codes(rows * width, below: 100, 3)
    let b = codes(width, below: 100, 4)
    let addends = (0..<rows).map { Float($0) }
    var scores = [Float](repeating: 0, count: rows)
    kernels.codeScores(rows: rows, a.base, b, scale: 0.5, bias: 3, adding: addends, into: &scores)
    for row in 0..<rows {
      let sum = (0..<width).reduce(0) { $0 + Int(a.base[row * width + $1]) * Int(b.base[$1]) }
      #expect(scores[row] == Float(row) + 3 + 0.5 * Float(sum))
    }
  }

  @Test(arguments: KernelSet.available.indices, [1, 4, 11])
  func shiftedRowsAreExactInEveryVariant(variant: Int, rows: Int) {
    let kernels = KernelSet.available[variant]
    let width = 64
    let z = codes(rows * width, below: 2000, 5)
    let (shift, other) = (codes(width, below: 1500, 6), codes(width, below: 1500, 7))
    var distances = [Int32](repeating: 0, count: rows)
    var scores = distances
    kernels.shiftDistances(rows: rows, z.base, shift: shift, moved: other, into: &distances)
    kernels.shiftScores(rows: rows, z.base, shift: shift, other, into: &scores)
    for row in 0..<rows {
      var (distance, score) = (0, 0)
      for column in 0..<width {
        let before = Int(z.base[row * width + column])
        let after = max(0, before + Int(shift.base[column]))
        let far = after - max(0, before) - Int(other.base[column])
        distance += far * far
        score += after * Int(other.base[column])
      }
      #expect(Int(distances[row]) == distance && Int(scores[row]) == score, "\(kernels.name)")
    }
  }

  @Test func codesKnowWhatTheyLeaveOut() throws {
    let matrix = randomMatrix(50, 33, 5)
    defer { matrix.base.deallocate() }
    let coded = try #require(QuantizedRows(matrix))
    #expect(coded.width == 64)
    var (length, error) = (Float(0), Float(0))
    for row in 0..<50 {
      var (own, rest) = (Float(0), Float(0))
      for column in 0..<33 {
        let left = matrix[row, column] - Float(coded.codes.base[row * 64 + column]) * coded.step
        own += matrix[row, column] * matrix[row, column]
        rest += left * left
      }
      length = max(length, own.squareRoot())
      error = max(error, rest.squareRoot())
    }
    #expect(coded.length >= length && coded.length < 1.01 * length)
    #expect(coded.error >= error && coded.error < 1.01 * error)
    #expect(error < 1e-3 * length)
    matrix[20, 7] = .nan
    #expect(QuantizedRows(matrix) == nil)
  }

  /// The spectral norm from below, by power iteration.
  @Test(arguments: [(64, 64), (5, 40), (40, 5), (1, 1)])
  func stretchBoundsTheSpectralNorm(rows: Int, columns: Int) {
    let weight = randomMatrix(rows, columns, 6)
    defer { weight.base.deallocate() }
    var x = (0..<columns).map { Double($0 + 1) }
    var norm = 0.0
    for _ in 0..<500 {
      let y = (0..<rows).map { row in
        (0..<columns).reduce(0) { $0 + Double(weight[row, $1]) * x[$1] }
      }
      x = (0..<columns).map { column in
        (0..<rows).reduce(0) { $0 + Double(weight[$1, column]) * y[$1] }
      }
      let length = x.reduce(0) { $0 + $1 * $1 }.squareRoot()
      norm = length.squareRoot()
      x = x.map { $0 / length }
    }
    let bound = Double(KernelSet.underTest.spectralNormBound(of: weight, in: Arena()))
    #expect(bound >= norm && bound < 1.35 * norm, "\(norm) \(bound)")
  }
}
