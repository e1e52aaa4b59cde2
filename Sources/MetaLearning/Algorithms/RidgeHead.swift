import Kernels
import Language
import Models

/// A head in closed form: ridge regression on meta-learned features (Bertinetto et al. 2019, R2-D2).
package struct RidgeHead: DirectLearner {
  package var ridge = 1.0
  package var interceptRidge = 1.0

  package init() {}

  package static let signature = Signature<Self>(
    "ridge", "Learns features on which a ridge regression of the support ratings generalises.",
    details: """
      (w, c) = argmin Σ_S (r − base − φ·w − c)² + λ_w ‖w‖² + λ_c c², solved exactly and differentiated \
      through; features, base and both λ are learned. There is no inner rate and no step. Bertinetto, \
      Henriques, Torr and Vedaldi, ICLR 2019.
      """,
    [
      .option("ridge", \.ridge, in: 1e-6...1e6, "λ of the weights that learning starts from"),
      .option(
        "intercept-ridge", \.interceptRidge, in: 1e-6...1e6,
        "λ of the intercept that learning starts from"),
    ],
    examples: [Example("meta-train ridge epochs=1")])

  package func blocks(beside network: [WeightBlock], lastStage: Int) -> [WeightBlock] {
    [WeightBlock("ridge.log-lambda", rows: 1, columns: 2, stage: lastStage, scale: 0)]
  }

  package func prepare(_ weights: inout Weights) {
    guard let block = weights.layout.index(of: "ridge.log-lambda") else { return }
    weights.mutableView(block).copy(
      from: [ridge, interceptRidge].map { KernelSet.best.logarithm(Float($0)) })
  }

  package func scores(
    _ task: TaskFeatures, _ weights: [TapeValue], in lane: Lane
  ) -> TapeValue {
    guard task.supportCount > 0 else { return task.queryBase }
    let tape = lane.tape
    let lambda = tape.map(.exp, lane.own("ridge.log-lambda", weights))
    let size = task.width + 1
    var diagonals = [[Float]](repeating: [Float](repeating: 0, count: size * size), count: 2)
    for index in 0..<size { diagonals[index < task.width ? 0 : 1][index * (size + 1)] = 1 }
    let support = withOnes(task.support, rows: task.supportCount, tape)
    var gram = tape.productTransposedLeft(support, support)
    for (number, diagonal) in diagonals.enumerated() {
      let mask = tape.constant(diagonal, rows: size, columns: size)
      gram = tape.add(
        gram, tape.scaleBy(mask, tape.columnSlice(lambda, number..<number + 1)))
    }
    let head = tape.solve(gram, tape.productTransposedLeft(support, task.residuals))
    let query = withOnes(task.query, rows: task.queryCount, tape)
    return tape.add(task.queryBase, tape.product(query, head))
  }

  private func withOnes(_ features: TapeValue, rows: Int, _ tape: Tape) -> TapeValue {
    tape.concatenateColumns(features, tape.constant(1, rows: rows, columns: 1))
  }
}
