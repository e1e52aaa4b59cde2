import Kernels
import Language
import Models

/// A head in closed form: ridge regression on meta-learned features (Bertinetto et al. 2019, R2-D2).
package struct RidgeHead: FeedForwardLearner {
  package var ridge = 5.0
  package var interceptRidge = 5.0
  package var prior = true
  package var slope = true

  package init() {}

  package static let signature = Signature<Self>(
    "ridge", "Learns features on which a ridge regression of the support ratings generalises.",
    details: """
      (w, c, s) = argmin Σ_S (r − b − φ·w − c − s·(b − b̄))² + λ_w ‖w‖² + λ_c c² + λ_s s², solved exactly \
      and differentiated through; features φ, base b and every λ are learned. There is no inner rate and \
      no step. Bertinetto, Henriques, Torr and Vedaldi, ICLR 2019.
      """,
    [
      .option("ridge", \.ridge, in: 1e-6...1e6, "λ of the weights that learning starts from"),
      .option(
        "intercept-ridge", \.interceptRidge, in: 1e-6...1e6,
        "λ of the intercept that learning starts from"),
      .option(
        "prior", \.prior,
        "let the network's own head, which knows the user's features, be in the base"),
      .option("slope", \.slope, "fit how strongly the user follows the base, too"),
    ],
    examples: [Example("meta-train ridge epochs=1")])

  package var startsFromHead: Bool { prior }
  package func weighsSupport(by loss: any Loss) -> Bool { true }
  package var outerDefault: (optimizer: any Optimizer, rate: Double) { (AdamW(), 0.003) }

  package func blocks(beside network: [WeightBlock], lastStage: Int) -> [WeightBlock] {
    [WeightBlock("ridge.log-lambda", rows: 1, columns: 3, stage: lastStage, scale: 0)]
  }

  package func prepare(_ weights: inout Weights, _ kernels: KernelSet) {
    guard let block = weights.layout.index(of: "ridge.log-lambda") else { return }
    weights.mutableView(block).copy(
      from: [ridge, interceptRidge, ridge].map { kernels.logarithm(Float($0)) })
  }

  package func scores(
    _ task: TaskFeatures, _ weights: [TapeValue], in scratch: Scratch
  ) -> TapeValue {
    guard task.supportCount > 0 else { return task.queryBase }
    let tape = scratch.tape
    let level = level(of: task, tape)
    // The columns of the regression: features, intercept, and the centred base.
    func inputs(_ features: TapeValue, _ base: TapeValue, rows: Int) -> TapeValue {
      let inputs = tape.concatenateColumns(
        features, tape.constant(1, rows: rows, columns: 1))
      guard slope else { return inputs }
      return tape.concatenateColumns(
        inputs, tape.subtract(base, tape.repeatRow(level, rows: rows)))
    }
    let support = inputs(task.support, task.supportBase, rows: task.supportCount)
    // Weighted least squares: Xᵀ diag(weights) X.
    let weighted =
      task.weights.map {
        tape.multiply(support, tape.repeatColumn(tape.leaf($0), columns: tape[support].columns))
      } ?? support
    let gram = regularised(
      tape.productTransposedLeft(weighted, support), width: task.width,
      tape.map(.exp, scratch.own("ridge.log-lambda", weights)), tape)
    let head = tape.solve(gram, tape.productTransposedLeft(weighted, task.residuals))
    let query = inputs(task.query, task.queryBase, rows: task.queryCount)
    return tape.add(task.queryBase, tape.product(query, head))
  }

  /// The mean base of the support rows. Shape: (1 × 1).
  private func level(of task: TaskFeatures, _ tape: Tape) -> TapeValue {
    guard let weights = task.weights else {
      return tape.scale(1 / Float(task.supportCount), tape.columnSums(task.supportBase))
    }
    let weighted = tape.multiply(task.supportBase, tape.leaf(weights))
    return tape.scale(1 / weights.array.reduce(0, +), tape.columnSums(weighted))
  }

  /// The Gram matrix plus λ on its diagonal, which differs for features, intercept and slope.
  private func regularised(
    _ gram: TapeValue, width: Int, _ lambda: TapeValue, _ tape: Tape
  ) -> TapeValue {
    let size = tape[gram].rows
    var sum = gram
    for (number, places) in [0..<width, width..<width + 1, width + 1..<size].enumerated() {
      var diagonal = [Float](repeating: 0, count: size * size)
      for index in places { diagonal[index * (size + 1)] = 1 }
      let mask = tape.constant(diagonal, rows: size, columns: size)
      sum = tape.add(sum, tape.scaleBy(mask, tape.columnSlice(lambda, number..<number + 1)))
    }
    return sum
  }
}
