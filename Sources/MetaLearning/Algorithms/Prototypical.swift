import Kernels
import Language
import Models

/// Prototypical networks (Snell, Swersky and Zemel 2017) for ratings: one prototype for each rating given.
package struct Prototypical: FeedForwardLearner {
  package init() {}

  package static let signature = Signature<Self>(
    "prototypical", "Predicts from the nearest mean item of each rating the user gave.",
    details: """
      c_k = the mean representation of the items rated k; score = base + Σ_k softmax_k(−τ ‖z − c_k‖²) · \
      (mean residual of class k), with one more place that stands for "near none of them". Snell, Swersky \
      and Zemel, NeurIPS 2017.
      """,
    examples: [Example("meta-train prototypical epochs=1")])

  package func blocks(beside network: [WeightBlock], lastStage: Int) -> [WeightBlock] {
    [
      WeightBlock("prototypical.log-temperature", rows: 1, columns: 1, stage: lastStage, scale: 0),
      WeightBlock("prototypical.none", rows: 1, columns: 1, stage: lastStage, scale: 0),
    ]
  }

  /// Squared distances grow with the number of features.
  package func prepare(_ weights: inout Weights, _ kernels: KernelSet) {
    weights.fill("prototypical.log-temperature", with: -weights.logHeadWidth(kernels))
  }

  package func scores(
    _ task: TaskFeatures, _ weights: [TapeValue], in scratch: Scratch
  ) -> TapeValue {
    guard task.supportCount > 0 else { return task.queryBase }
    let tape = scratch.tape
    let (means, classes) = averages(task)
    let average = tape.constant(means, rows: classes, columns: task.supportCount)
    let prototypes = tape.product(average, task.support)
    let temperature = tape.map(.exp, scratch.own("prototypical.log-temperature", weights))
    let similarity = tape.scaleBy(
      tape.negativeSquaredDistances(task.query, prototypes), temperature)
    return tape.attended(
      task, similarity: similarity, values: tape.product(average, task.residuals),
      none: scratch.own("prototypical.none", weights))
  }

  /// For each rating that occurs, 1/n at its rows. Shape: (classes × support rows).
  private func averages(_ task: TaskFeatures) -> (values: [Float], classes: Int) {
    let ratings = task.ratings.array
    let classes = Set(ratings).sorted()
    var values: [Float] = []
    for rating in classes {
      let count = Float(ratings.count { $0 == rating })
      values += ratings.map { $0 == rating ? 1 / count : 0 }
    }
    return (values, classes.count)
  }
}

extension Tape {
  /// −‖x_i − y_j‖² for every pair of rows. Shape: (rows of x × rows of y).
  func negativeSquaredDistances(_ x: TapeValue, _ y: TapeValue) -> TapeValue {
    let (rows, columns) = (self[x].rows, self[y].rows)
    let xSquares = repeatColumn(rowSums(multiply(x, x)), columns: columns)
    let ySquares = repeatRow(transpose(rowSums(multiply(y, y))), rows: rows)
    return subtract(scale(2, productTransposedRight(x, y)), add(xSquares, ySquares))
  }
}
