import Kernels
import Testing

/// A positive definite matrix of that size, as double precision and in panels.
private func system(_ size: Int) -> (plain: [[Double]], panels: PanelMatrix) {
  var stream = RandomKey(seed: 5).derived("system").derived(size).stream
  let rows = (0..<size + 3).map { _ in (0..<size).map { _ in Double(Float(stream.normal())) } }
  let panels = PanelMatrix(rows: size, columns: size)
  var plain = Array(repeating: [Double](repeating: 0, count: size), count: size)
  for i in 0..<size {
    for j in 0..<size {
      let sum = rows.reduce(0.0) { $0 + $1[i] * $1[j] } / Double(size)
      plain[i][j] = Double(Float(i == j ? sum + 1 : sum))
      panels[i, j] = Float(plain[i][j])
    }
  }
  return (plain, panels)
}

private func product(_ a: [[Double]], _ b: [[Float]]) -> [[Double]] {
  a.map { row in
    (b.first ?? []).indices.map { column in
      zip(row, b).reduce(0.0) { $0 + $1.0 * Double($1.1[column]) }
    }
  }
}

@Suite struct BlockedCholeskyTests {
  @Test(arguments: [1, 2, 63, 64, 65, 128, 150, 200])
  func theInverseTimesTheMatrixIsOne(size: Int) {
    let (plain, panels) = system(size)
    let inverse = BlockedCholesky(panels, kernels: KernelSet.available[0]).inverse().array
    for (i, row) in product(plain, inverse).enumerated() {
      for (j, value) in row.enumerated() { #expect(abs(value - (i == j ? 1 : 0)) < 1e-4) }
      for j in 0..<i { #expect(inverse[i][j] == inverse[j][i]) }
    }
  }

  @Test(arguments: [1, 5, 64, 130, 200])
  func theSolutionTimesTheMatrixIsTheRightSide(size: Int) {
    let (plain, panels) = system(size)
    let right = PanelMatrix(rows: size, columns: 70)
    var stream = RandomKey(seed: 6).derived("right").stream
    for i in 0..<size { for j in 0..<70 { right[i, j] = Float(stream.normal()) } }
    let wanted = right.array
    BlockedCholesky(panels, kernels: KernelSet.available[0]).solve(right)
    for (row, wanted) in zip(product(plain, right.array), wanted) {
      for (value, wanted) in zip(row, wanted) { #expect(abs(value - Double(wanted)) < 1e-4) }
    }
  }

  /// By other kernels and on more threads.
  @Test func theBitsAreAlwaysTheSame() {
    var known: [[[Float]]]?
    for kernels in KernelSet.available {
      for threads in [1, 2, 5] {
        let results = ThreadPool().whileUsed(atMost: threads) {
          let right = system(150).panels
          right[3, 4] = 7
          BlockedCholesky(system(150).panels, kernels: kernels).solve(right)
          return [
            BlockedCholesky(system(150).panels, kernels: kernels).inverse().array, right.array,
          ]
        }
        #expect(results == known ?? results, "\(kernels.name), \(threads) threads")
        known = results
      }
    }
  }

  @Test func aMatrixThatIsNotDefiniteGivesNumbersAllTheSame() {
    let zeros = PanelMatrix(rows: 70, columns: 70)
    let right = system(70).panels
    BlockedCholesky(zeros, kernels: KernelSet.available[0]).solve(right)
    #expect(right.array.allSatisfy { $0.allSatisfy { $0.isFinite } })
  }

  @Test func panelsHoldWhatIsPutIntoThem() {
    let matrix = PanelMatrix(rows: 70, columns: 130)
    #expect((matrix.paddedRows, matrix.panelCount, matrix.tileRows) == (128, 3, 2))
    matrix[69, 129] = 5
    matrix[0, 64] = 3
    #expect(matrix.array[69][129] == 5 && matrix.array[0][64] == 3)
    #expect(matrix.tile(1, 2)[5, 1] == 5 && matrix.panel(1)[0, 0] == 3)
    let copy = matrix.copy()
    matrix[69, 129] = 6
    #expect(copy[69, 129] == 5)
    #expect(PanelMatrix.bytes(rows: 70, columns: 130) == Double(4 * 128 * 192))
    let square = PanelMatrix(rows: 130, columns: 130)
    square[3, 129] = 2
    square[70, 80] = 4
    square.mirrorUpper(KernelSet.available[0])
    #expect(square[129, 3] == 2 && square[80, 70] == 4)
  }
}
