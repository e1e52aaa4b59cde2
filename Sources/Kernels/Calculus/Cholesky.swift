/// x with a·x = b, for a symmetric positive definite (n × n) and b (n × m).
///
/// In double precision: heads are small, and the ridge makes the difference between λ = 0.1 and 10.
/// A pivot that is not positive gives NaN, which training reports as divergence. When nobody wants a large x any
/// more, it stays as it is.
func choleskySolve(_ a: Matrix, _ b: Matrix, into x: Matrix) {
  let n = a.rows
  precondition(a.columns == n && b.rows == n, "solve: sizes differ")
  withUnsafeTemporaryAllocation(of: Double.self, capacity: n * n + n) { memory in
    guard let lower = memory.baseAddress else { return }
    let column = lower + n * n
    // A row takes n² steps at most; small ones are not worth a question each.
    for i in (0..<n).whileWanted(asking: max(1, (1 << 22) / max(1, n * n))) {
      for j in 0...i {
        var sum = Double(a[i, j])
        for k in 0..<j { sum -= lower[i * n + k] * lower[j * n + k] }
        lower[i * n + j] = i == j ? sum.squareRoot() : sum / lower[j * n + j]
      }
    }
    if n > 64, Cancellation.isRequested { return }
    for c in 0..<b.columns {
      for i in 0..<n {
        var sum = Double(b[i, c])
        for k in 0..<i { sum -= lower[i * n + k] * column[k] }
        column[i] = sum / lower[i * n + i]
      }
      for i in stride(from: n - 1, through: 0, by: -1) {
        var sum = column[i]
        for k in i + 1..<n { sum -= lower[k * n + i] * column[k] }
        column[i] = sum / lower[i * n + i]
        x[i, c] = Float(column[i])
      }
    }
  }
}
