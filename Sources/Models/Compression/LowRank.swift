import Kernels

/// The factors L and R of the matrix L · R of some rank that is nearest to a matrix A in squared error (Eckart and
/// Young 1936): of the narrower side the eigenvectors of AᵀA or A Aᵀ with the largest eigenvalues, and A's products
/// with them.
///
/// - Returns: `left`, shape (rows × rank), and `right`, shape (rank × columns).
func bestFactors(
  of matrix: [Float], rows: Int, columns: Int, rank: Int
) -> (left: [Float], right: [Float]) {
  let isWide = columns > rows
  let size = min(rows, columns)
  /// Element k of the vector of the longer side that belongs to place i of the narrower one.
  func element(_ i: Int, _ k: Int) -> Double {
    Double(isWide ? matrix[i * columns + k] : matrix[k * columns + i])
  }
  var gram = [Double](repeating: 0, count: size * size)
  for k in 0..<max(rows, columns) {
    if Cancellation.isRequested { break }
    for i in 0..<size {
      let x = element(i, k)
      for j in 0...i { gram[i * size + j] += x * element(j, k) }
    }
  }
  for i in 0..<size { for j in 0..<i { gram[j * size + i] = gram[i * size + j] } }
  let vectors = eigenvectors(of: &gram, size: size)
  let order = (0..<size).sorted { a, b in
    let (first, second) = (gram[a * size + a], gram[b * size + b])
    return first == second ? a < b : first > second
  }
  var narrow = [Float](repeating: 0, count: size * rank)
  var long = [Float](repeating: 0, count: max(rows, columns) * rank)
  for (place, vector) in order.prefix(rank).enumerated() {
    for i in 0..<size { narrow[i * rank + place] = Float(vectors[i * size + vector]) }
    for k in 0..<max(rows, columns) {
      var sum = 0.0
      for i in 0..<size { sum += element(i, k) * vectors[i * size + vector] }
      long[k * rank + place] = Float(sum)
    }
  }
  let (left, right) = isWide ? (narrow, long) : (long, narrow)
  // The right one is stored by rows of its rank.
  var turned = [Float](repeating: 0, count: rank * columns)
  for column in 0..<columns {
    for place in 0..<rank { turned[place * columns + column] = right[column * rank + place] }
  }
  return (left, turned)
}

/// The eigenvectors of a symmetric matrix in the columns of the result, by Jacobi's rotations in a fixed order; its
/// eigenvalues are left on the diagonal. Shape of both: (size × size).
private func eigenvectors(of matrix: inout [Double], size: Int) -> [Double] {
  var vectors = [Double](repeating: 0, count: size * size)
  for i in 0..<size { vectors[i * size + i] = 1 }
  let scale = (0..<size).reduce(0.0) { max($0, abs(matrix[$1 * size + $1])) }
  for _ in 0..<60 {
    var largest = 0.0
    for p in 0..<size {
      if Cancellation.isRequested { return vectors }
      for q in p + 1..<max(size, p + 1) {
        let off = matrix[p * size + q]
        largest = max(largest, abs(off))
        guard abs(off) > 1e-15 * scale else { continue }
        rotate(&matrix, &vectors, p, q, size: size)
      }
    }
    if largest <= 1e-13 * scale { break }
  }
  return vectors
}

/// Makes the elements (p, q) and (q, p) zero.
private func rotate(
  _ matrix: inout [Double], _ vectors: inout [Double], _ p: Int, _ q: Int, size: Int
) {
  let off = matrix[p * size + q]
  let theta = (matrix[q * size + q] - matrix[p * size + p]) / (2 * off)
  let sign: Double = theta < 0 ? -1 : 1
  let tangent = sign / (abs(theta) + (theta * theta + 1).squareRoot())
  let cosine = 1 / (tangent * tangent + 1).squareRoot()
  let sine = tangent * cosine
  for k in 0..<size {
    let (x, y) = (matrix[k * size + p], matrix[k * size + q])
    matrix[k * size + p] = cosine * x - sine * y
    matrix[k * size + q] = sine * x + cosine * y
  }
  for k in 0..<size {
    let (x, y) = (matrix[p * size + k], matrix[q * size + k])
    matrix[p * size + k] = cosine * x - sine * y
    matrix[q * size + k] = sine * x + cosine * y
  }
  for k in 0..<size {
    let (x, y) = (vectors[k * size + p], vectors[k * size + q])
    vectors[k * size + p] = cosine * x - sine * y
    vectors[k * size + q] = sine * x + cosine * y
  }
}
