/// Symmetric matrices as their lower triangles, row after row.
package enum PackedSymmetric {
  static func count(_ size: Int) -> Int { size * (size + 1) / 2 }
  /// Precondition: `row` ≥ `column`.
  static func place(_ row: Int, _ column: Int) -> Int { row * (row + 1) / 2 + column }

  static func diagonal(_ values: [Double]) -> [Double] {
    var matrix = Array(repeating: 0.0, count: count(values.count))
    for (index, value) in values.enumerated() { matrix[place(index, index)] = value }
    return matrix
  }

  package static func product(_ matrix: [Double], _ vector: [Double]) -> [Double] {
    var result = Array(repeating: 0.0, count: vector.count)
    for i in vector.indices {
      for j in 0...i {
        let value = matrix[place(i, j)]
        result[i] += value * vector[j]
        if i != j { result[j] += value * vector[i] }
      }
    }
    return result
  }

  /// l of a = l lᵀ for a positive definite matrix (Cholesky).
  static func factor(_ matrix: [Double], size: Int) -> [Double] {
    var lower = matrix
    for i in 0..<size {
      for j in 0...i {
        var sum = lower[place(i, j)]
        for k in 0..<j { sum -= lower[place(i, k)] * lower[place(j, k)] }
        lower[place(i, j)] = i == j ? sum.squareRoot() : sum / lower[place(j, j)]
      }
    }
    return lower
  }

  /// The inverse of a positive definite matrix: with a = l lᵀ, a⁻¹ = l⁻ᵀ l⁻¹.
  package static func inverse(_ matrix: [Double], size: Int) -> [Double] {
    var lower = factor(matrix, size: size)
    for j in 0..<size {
      lower[place(j, j)] = 1 / lower[place(j, j)]
      for i in j + 1..<max(j + 1, size) {
        var sum = 0.0
        for k in j..<i { sum -= lower[place(i, k)] * lower[place(k, j)] }
        lower[place(i, j)] = sum / lower[place(i, i)]
      }
    }
    var inverse = lower
    for i in 0..<size {
      for j in 0...i {
        var sum = 0.0
        for k in i..<size { sum += lower[place(k, i)] * lower[place(k, j)] }
        inverse[place(i, j)] = sum
      }
    }
    return inverse
  }
}
