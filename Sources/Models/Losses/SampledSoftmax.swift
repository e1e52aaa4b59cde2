import Datasets
import Kernels
import Language

/// Cross-entropy of each item that was taken, or is rated highest, among itself and the items below it: the
/// softmax over a sample of items (Jean et al. 2015; Bengio and Senécal 2008), without a correction for how
/// the sample is drawn.
package struct SampledSoftmax: RankingLoss {
  package init() {}

  package static let signature = Signature<Self>(
    "softmax", "Cross-entropy of each taken item among itself and the drawn ones.",
    details: """
      Scores only order items then. Of ratings each is put among itself and all lower ones; the lowest take \
      no part. Scores are not corrected for how likely an item is to be drawn.
      """,
    examples: [Example("meta-train maml loss=softmax epochs=1")])

  package func value(
    _ tape: Tape, _ scores: TapeValue, _ ratings: Matrix, scale: RatingScale
  ) -> TapeValue {
    // −log softmax = log(1 + Σ exp(s_j − s_i)). A row's largest difference M goes before the sum and comes
    // back behind the logarithm; it is a constant, for the sum does not depend on it.
    let pairs = Comparisons(tape, scores, ratings, scale: scale)
    let used = pairs.used
    let number = used.reduce(0, +)
    guard number > 0 else { return tape.scale(0, tape.sum(scores)) }
    let differences = tape[pairs.differences]
    var largest = [Float](repeating: 0, count: pairs.rows)
    for row in 0..<pairs.rows {
      for column in 0..<pairs.columns where pairs.mask?[row * pairs.columns + column] != 0 {
        largest[row] = max(largest[row], differences[row, column])
      }
    }
    let top = tape.constant(largest, rows: pairs.rows, columns: 1)
    var terms = tape.subtract(pairs.differences, tape.repeatColumn(top, columns: pairs.columns))
    if let mask = pairs.mask {
      // What is not below counts nothing: it is moved far down.
      terms = tape.add(
        terms, tape.constant(mask.map { ($0 - 1) * 1e4 }, rows: pairs.rows, columns: pairs.columns))
    }
    let sums = tape.add(
      tape.map(.exp, tape.scale(-1, top)), tape.rowSums(tape.map(.exp, terms)))
    let costs = tape.add(top, tape.map(.log, sums))
    return tape.scale(
      1 / number, tape.sumProduct(costs, tape.constant(used, rows: pairs.rows, columns: 1)))
  }
}
