import Kernels
import Language

/// How the matrices of weights are made smaller: by fewer factors, then by zeros, then by fewer bits.
package struct WeightCompression: Sendable, Equatable {
  package enum Precision: String, ArgumentChoice {
    case float32, int8

    package var summary: String {
      switch self {
      case .float32: "four bytes for a weight"
      case .int8: "one byte for a weight, and a scale for each column"
      }
    }
  }

  package var precision = Precision.float32
  /// The share of the numbers of each matrix that become zero, those of least magnitude.
  package var pruned = 0.0
  /// The rank of the product of two matrices that stands for one; nil leaves them whole.
  package var rank: Int?

  package init() {}

  /// In one line, as a file says it.
  package var words: String {
    var words: [String] = []
    if let rank { words.append("rank=\(rank)") }
    if pruned > 0 { words.append("prune=\(Number(pruned).spelling)") }
    if precision != .float32 { words.append(precision.rawValue) }
    return words.joined(separator: " ")
  }

  /// Reads what `words` wrote; nil where it is something else.
  package init?(words: String) {
    for word in words.split(separator: " ") {
      if word == Precision.int8.rawValue {
        precision = .int8
      } else if let value = word.split(separator: "=").last, word.hasPrefix("rank=") {
        rank = Int(value)
      } else if let value = word.split(separator: "=").last, word.hasPrefix("prune=") {
        pruned = Double(decimal: String(value)) ?? 0
      }
    }
    guard !words.isEmpty, self.words == words, (0..<1).contains(pruned), rank ?? 1 > 0 else {
      return nil
    }
  }

  /// A matrix in its smaller form.
  ///
  /// - Parameter matrix: its numbers, row after row. Shape: (rows × columns).
  package func packed(_ matrix: [Float], rows: Int, columns: Int) -> PackedMatrix {
    let whole = [PackedFactor(matrix, rows: rows, columns: columns)]
    let factors = rank.flatMap { lowRank(matrix, rows: rows, columns: columns, rank: $0) } ?? whole
    return PackedMatrix(
      factors: factors.map { factor in
        var factor = factor
        if pruned > 0 { factor.prune(pruned) }
        if precision == .int8 { factor.quantize() }
        return factor
      })
  }

  /// The two factors of the nearest matrix of that rank (Eckart and Young 1936); nil where they would be no smaller.
  private func lowRank(
    _ matrix: [Float], rows: Int, columns: Int, rank: Int
  ) -> [PackedFactor]? {
    guard rank * (rows + columns) < rows * columns else { return nil }
    let (left, right) = bestFactors(of: matrix, rows: rows, columns: columns, rank: rank)
    return [
      PackedFactor(left, rows: rows, columns: rank),
      PackedFactor(right, rows: rank, columns: columns),
    ]
  }
}

/// A matrix as a file keeps it: one matrix, or two whose product it is.
package struct PackedMatrix: Sendable, Equatable {
  package let factors: [PackedFactor]

  /// Its numbers, row after row.
  package var unpacked: [Float] {
    let matrices = factors.map(\.unpacked)
    guard matrices.count == 2 else { return matrices[0] }
    let (rows, inner, columns) = (factors[0].rows, factors[0].columns, factors[1].columns)
    var product = [Float](repeating: 0, count: rows * columns)
    for row in 0..<rows {
      for k in 0..<inner {
        let left = matrices[0][row * inner + k]
        for column in 0..<columns {
          // One fused step after the other, in the order of k, on any machine.
          product[row * columns + column].addProduct(left, matrices[1][k * columns + column])
        }
      }
    }
    return product
  }

  /// How many of the numbers that are kept are not zero.
  package var nonzeros: Int { factors.reduce(0) { $0 + $1.nonzeros } }

  /// Which numbers pruning has left; nil where it does not know of single ones.
  package var kept: [Bool]? { factors.count == 1 ? factors[0].kept : nil }

  // MARK: Files

  /// The arrays that stand for it in a file.
  package func tensors(named name: String) -> [Safetensors.Tensor] {
    guard factors.count == 2 else { return factors[0].tensors(named: name) }
    return factors[0].tensors(named: name + Self.left)
      + factors[1].tensors(named: name + Self.right)
  }

  /// The names of the arrays of which some places are left out, with the rows and columns that they have with these.
  package func prunedShapes(named name: String) -> [String] {
    let names = factors.count == 2 ? [name + Self.left, name + Self.right] : [name]
    return zip(names, factors).filter { $1.kept != nil }
      .map { "\($0) \($1.rows) \($1.columns)" }
  }

  /// Reads what `tensors` wrote.
  package init?(
    _ name: String, rows: Int, columns: Int, _ compression: WeightCompression, in file: Safetensors
  ) {
    func factor(_ name: String, _ rows: Int, _ columns: Int) -> PackedFactor? {
      PackedFactor(name, rows: rows, columns: columns, compression, in: file)
    }
    guard let rank = compression.rank, rank * (rows + columns) < rows * columns else {
      guard let whole = factor(name, rows, columns) else { return nil }
      factors = [whole]
      return
    }
    guard let left = factor(name + Self.left, rows, rank),
      let right = factor(name + Self.right, rank, columns)
    else { return nil }
    factors = [left, right]
  }

  package init(factors: [PackedFactor]) { self.factors = factors }

  private static let left = ".left"
  private static let right = ".right"
}
