import Kernels
import Testing

@Suite struct PrincipalComponentsTests {
  /// Points on an ellipse along (3, 4)/5, three times as long as it is wide, in a space of four.
  @Test func theLongestDirectionComesFirst() {
    var stream = RandomKey(seed: 1).stream
    let rows = (0..<400).map { _ -> [Float] in
      let (a, b) = (3 * stream.normal(), stream.normal())
      return [Float(0.6 * a - 0.8 * b + 7), Float(0.8 * a + 0.6 * b - 2), 1, 0]
    }
    let found = PrincipalComponents(of: rows, count: 2)
    #expect(abs(found.shares[0] - 0.9) < 0.03 && abs(found.shares[0] + found.shares[1] - 1) < 1e-6)
    let mean = rows.reduce((0.0, 0.0)) { ($0.0 + Double($1[0]) / 400, $0.1 + Double($1[1]) / 400) }
    for (row, score) in zip(rows, found.scores) {
      let along = 0.6 * (Double(row[0]) - mean.0) + 0.8 * (Double(row[1]) - mean.1)
      #expect(abs(score[0] - along) < 0.4)
    }
  }

  @Test func rowsThatDoNotDifferHaveNoDirection() {
    let found = PrincipalComponents(of: [[1, 2], [1, 2]], count: 2)
    #expect(found.scores == [[0, 0], [0, 0]] && found.shares == [0, 0])
  }
}
