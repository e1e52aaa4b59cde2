import Kernels
import Models
import TestedKernels
import Testing

/// Two steps of each optimiser on one number, beside its definition in doubles.
@Suite struct OptimizerTests {
  private static let gradients = [0.5, -2.0]
  private static let rate = 0.1
  private static let decay = 0.3

  /// Where the optimiser takes the weight 1.
  private func end(_ optimizer: any Optimizer, decay: Double) -> Double {
    let arena = Arena()
    func number(_ value: Double) -> Matrix {
      let matrix = arena.matrix(rows: 1, columns: 1)
      matrix.fill(Float(value))
      return matrix
    }
    let weight = number(1)
    let memory = (0..<optimizer.memoryPerWeight).map { _ in number(0) }
    for (index, gradient) in Self.gradients.enumerated() {
      optimizer.move(
        weight, along: number(gradient), memory: memory, rate: Float(Self.rate), step: index + 1,
        decay: Float(decay), kernels: .underTest)
    }
    return Double(weight[0, 0])
  }

  /// Adam in doubles; `coupled` decay joins the gradient, `decoupled` decay the step.
  private func adam(coupled: Double, decoupled: Double) -> Double {
    var (weight, m, v) = (1.0, 0.0, 0.0)
    for (index, gradient) in Self.gradients.enumerated() {
      let g = gradient + coupled * weight
      (m, v) = (0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g)
      let (a, b) = index == 0 ? (0.1, 0.001) : (0.19, 0.001999)
      weight -= Self.rate * ((m / a) / ((v / b).squareRoot() + 1e-8) + decoupled * weight)
    }
    return weight
  }

  @Test func adamDrawsWeightsToZeroThroughTheGradient() {
    #expect(abs(end(Adam(), decay: 0) - adam(coupled: 0, decoupled: 0)) < 1e-5)
    let expected = adam(coupled: Self.decay, decoupled: 0)
    #expect(abs(end(Adam(), decay: Self.decay) - expected) < 1e-5)
    #expect(abs(end(AdamW(), decay: Self.decay) - expected) > 1e-3)
  }

  @Test func adamWDrawsWeightsToZeroApartFromTheGradient() {
    let expected = adam(coupled: 0, decoupled: Self.decay)
    #expect(abs(end(AdamW(), decay: Self.decay) - expected) < 1e-5)
  }

  @Test func plainStepsDrawWeightsToZeroEitherWay() {
    var weight = 1.0
    for gradient in Self.gradients { weight -= Self.rate * (gradient + Self.decay * weight) }
    #expect(abs(end(SGD(), decay: Self.decay) - weight) < 1e-6)
  }
}
