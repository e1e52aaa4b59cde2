import Kernels
import Models
import Testing

@Suite struct CompressionTests {
  private static func matrix(_ rows: Int, _ columns: Int, seed: UInt64 = 5) -> [Float] {
    var stream = RandomKey(seed: seed).stream
    return (0..<rows * columns).map { _ in Float(stream.normal()) }
  }

  /// The product of two random matrices.
  private static func product(_ rows: Int, _ columns: Int, rank: Int) -> [Float] {
    let (left, right) = (matrix(rows, rank), matrix(rank, columns, seed: 6))
    return (0..<rows * columns).map { place in
      (0..<rank).reduce(0) {
        $0 + left[place / columns * rank + $1] * right[$1 * columns + place % columns]
      }
    }
  }

  private func compression(
    _ precision: WeightCompression.Precision = .float32, pruned: Double = 0, rank: Int? = nil
  ) -> WeightCompression {
    var compression = WeightCompression()
    compression.precision = precision
    compression.pruned = pruned
    compression.rank = rank
    return compression
  }

  private func squaredError(_ a: [Float], _ b: [Float]) -> Double {
    zip(a, b).reduce(0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }
  }

  @Test func pruningKeepsTheLargestAsTheyAre() {
    let matrix = Self.matrix(9, 7)
    let pruned = compression(pruned: 0.4).packed(matrix, rows: 9, columns: 7)
    let kept = pruned.unpacked
    #expect(pruned.nonzeros == 63 - 25)
    let least = zip(matrix, kept).filter { $1 != 0 }.map { abs($0.0) }.min() ?? 0
    for (before, after) in zip(matrix, kept) {
      #expect(after == (abs(before) >= least ? before : 0))
    }
    let half = compression(pruned: 0.5).packed([1, 1, 1, 1], rows: 2, columns: 2)
    #expect(half.unpacked == [1, 1, 0, 0])
  }

  @Test func wholeNumbersAreNearestForEachColumn() {
    let (rows, columns) = (40, 5)
    var matrix = Self.matrix(rows, columns)
    for row in 0..<rows { matrix[row * columns + 3] = 0 }
    for row in 0..<rows { matrix[row * columns + 4] *= 1000 }
    let rounded = compression(.int8).packed(matrix, rows: rows, columns: columns).unpacked
    for column in 0..<columns {
      let own = (0..<rows).map { matrix[$0 * columns + column] }
      let quantized = (0..<rows).map { rounded[$0 * columns + column] }
      let step = (own.map(abs).max() ?? 0) / 127
      // No worse than with the largest number at 127, and with at most 255 values.
      let plain = own.map { step > 0 ? ($0 / step).rounded(.toNearestOrEven) * step : 0 }
      #expect(squaredError(own, quantized) <= squaredError(own, plain) + 1e-9)
      #expect(zip(own, quantized).allSatisfy { abs($0 - $1) <= (own.map(abs).max() ?? 0) / 2 })
    }
    #expect((0..<rows).allSatisfy { rounded[$0 * columns + 3] == 0 })
  }

  @Test(arguments: [(30, 8), (8, 30)])
  func theProductOfTheRankThatAMatrixHasIsThatMatrix(rows: Int, columns: Int) {
    let matrix = Self.product(rows, columns, rank: 3)
    let packed = compression(rank: 3).packed(matrix, rows: rows, columns: columns)
    #expect(
      packed.factors.map(\.rows) == [rows, 3] && packed.factors.map(\.columns) == [3, columns])
    #expect(zip(packed.unpacked, matrix).allSatisfy { abs($0 - $1) < 1e-4 })
  }

  /// What is lost of a diagonal matrix is the squares of its smallest elements (Eckart and Young).
  @Test func aLowerRankLosesTheSmallestSingularValues() {
    let size = 8
    var matrix = [Float](repeating: 0, count: size * size)
    for i in 0..<size { matrix[i * size + (i + 3) % size] = Float(size - i) }
    let packed = compression(rank: 2).packed(matrix, rows: size, columns: size)
    #expect(abs(squaredError(packed.unpacked, matrix) - (36 + 25 + 16 + 9 + 4 + 1)) < 1e-3)
  }

  @Test func aRankThatSavesNothingLeavesTheMatrixWhole() {
    let matrix = Self.matrix(6, 6)
    #expect(compression(rank: 3).packed(matrix, rows: 6, columns: 6).unpacked == matrix)
  }

  @Test(
    arguments: [
      ("int8", 0, nil), ("float32", 0.3, nil), ("int8", 0.3, nil), ("float32", 0, 2),
      ("int8", 0.5, 2),
    ] as [(String, Double, Int?)])
  func filesKeepTheSmallForm(precision: String, pruned: Double, rank: Int?) throws {
    let compression = compression(
      WeightCompression.Precision(rawValue: precision) ?? .float32, pruned: pruned, rank: rank)
    #expect(WeightCompression(words: compression.words) == compression)
    let matrix = Self.matrix(13, 9)
    let packed = compression.packed(matrix, rows: 13, columns: 9)
    let bytes = Safetensors(metadata: [:], tensors: packed.tensors(named: "w")).encoded()
    let file = try bytes.withUnsafeBytes { try Safetensors($0) }
    let read = PackedMatrix("w", rows: 13, columns: 9, compression, in: file)
    #expect(read == packed && read?.unpacked == packed.unpacked)
    #expect(PackedMatrix("w", rows: 12, columns: 9, compression, in: file) == nil)
    #expect(PackedMatrix("v", rows: 13, columns: 9, compression, in: file) == nil)
  }

  @Test func strangeWordsAreNoCompression() {
    for words in ["", "int4", "prune=1", "rank=0", "int8 rank=2", "rank=x", "prune=0.50"] {
      #expect(WeightCompression(words: words) == nil, "\(words)")
    }
  }
}
