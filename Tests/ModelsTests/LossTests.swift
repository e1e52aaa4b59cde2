import Datasets
import Kernels
import Models
import TestedKernels
import Testing

@Suite struct LossTests {
  private let scale = RatingScale(1, 5)

  private func value(_ loss: any Loss, _ scores: [Float], _ ratings: [Float]) -> Float {
    let tape = Tape(kernels: .underTest)
    let given = tape.arena.matrix(rows: ratings.count, columns: 1)
    given.copy(from: ratings)
    let scores = tape.constant(scores, rows: ratings.count, columns: 1)
    return tape[loss.value(tape, scores, given, scale: scale)][0, 0]
  }

  private func predictions(_ loss: any Loss, _ scores: [Float]) -> [Float] {
    let tape = Tape(kernels: .underTest)
    return loss.predictions(
      tape[tape.constant(scores, rows: scores.count, columns: 1)], scale: scale, .underTest)
  }

  @Test func theAbsoluteErrorIsAMeanOfDistances() {
    let error = value(AbsoluteError(), [4.5, 2, 1], [4, 4, 1])
    #expect(abs(error - 2.5 / 3) < 1e-6)
  }

  @Test func anOrdinalRatingIsTheStepOnWhichTheScoreFalls() {
    var loss = Ordinal()
    loss.noise = 0.5
    // P(r = 4) = σ((4.5 − 4) / 0.5) − σ((3.5 − 4) / 0.5) = σ(1) − σ(−1) = 0.462117
    #expect(abs(value(loss, [4], [4]) - 0.771937) < 1e-4)
    // P(r = 5) = 1 − σ((4.5 − 4) / 0.5) = 0.268941, and P(r = 1) = σ((1.5 − 4) / 0.5) = 0.006693
    #expect(abs(value(loss, [4], [5]) - 1.313262) < 1e-4)
    #expect(abs(value(loss, [4], [1]) - 5.006715) < 2e-3)
  }

  @Test func anOrdinalPredictionIsNearAStepAndKeepsTheOrder() {
    let scores: [Float] = [0.2, 2.7, 3.0, 3.3, 3.5, 4.1, 5.2]
    let predicted = predictions(Ordinal(), scores)
    let steps: [Float] = [1, 3, 3, 3, 3.5, 4, 5]
    for (found, expected) in zip(predicted, steps) {
      #expect(abs(found - expected) < 0.03, "\(found), not \(expected)")
    }
    #expect(predicted == predicted.sorted())
    #expect(Set(predicted).count == predicted.count, "order is lost: \(predicted)")
  }

  private func onClicks(_ loss: any Loss, _ scores: [Float], _ ratings: [Float]) -> Float {
    let tape = Tape(kernels: .underTest)
    let given = tape.arena.matrix(rows: ratings.count, columns: 1)
    given.copy(from: ratings)
    let scores = tape.constant(scores, rows: ratings.count, columns: 1)
    return tape[loss.value(tape, scores, given, scale: .happened)][0, 0]
  }

  @Test func aSampledSoftmaxIsOfEachTakenItemAmongItselfAndTheDrawnOnes() {
    // log(1 + e⁰⁻¹ + e⁻¹) = 0.551445, log(1 + e² + e³ ... ) with the second taken at −2.
    let first = onClicks(SampledSoftmax(), [1, 0, 0], [1, 0, 0])
    #expect(abs(first - 0.551445) < 1e-5)
    // Two taken at 1 and 2, drawn at 0: (log(1 + e⁻¹) + log(1 + e⁻²)) / 2 = (0.313262 + 0.126928) / 2
    let two = onClicks(SampledSoftmax(), [1, 2, 0], [1, 1, 0])
    #expect(abs(two - 0.220095) < 1e-5)
    // In another order the same, and far-off scores stay finite.
    #expect(abs(onClicks(SampledSoftmax(), [0, 2, 1], [0, 1, 1]) - two) < 1e-6)
    #expect(abs(onClicks(SampledSoftmax(), [-500, 500], [1, 0]) - 1000) < 1e-2)
    #expect(onClicks(SampledSoftmax(), [3, 4], [1, 1]) == 0)
  }

  @Test func pairsOfTakenAndDrawnItemsCostTheSameInAnyOrder() {
    // Mean of log(1 + exp(s_j − s_i)): pairs (1, 0), (1, −1), (2, 0), (2, −1).
    let block = onClicks(PairwiseRanking(), [1, 2, 0, -1], [1, 1, 0, 0])
    #expect(abs(block - (0.313262 + 0.126928 + 0.126928 + 0.048587) / 4) < 1e-5)
    #expect(abs(onClicks(PairwiseRanking(), [0, 1, -1, 2], [0, 1, 0, 1]) - block) < 1e-6)
  }
}
