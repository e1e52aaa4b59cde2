import Kernels
import Models

/// Learns at the worst place near the embeddings as well: L(Θ) + L(Θ + Δ) with Δ = ε · Γ/‖Γ‖ for each row of a table of
/// embeddings, Γ its gradient in this batch (He, He, Du and Chua 2018, "Adversarial Personalized Ranking for
/// Recommendation", equation 9 with λ = 1). Rows that no task of the batch has touched stay where they are.
package struct Adversary: Sendable {
  /// ε, in units of the embeddings.
  package var radius: Float

  package init(radius: Float) { self.radius = radius }

  /// The weights at the worst place, to first order.
  ///
  /// - Parameter gradient: one number for each weight.
  func moved(_ weights: Weights, along gradient: FloatBuffer, _ kernels: KernelSet) -> Weights {
    var moved = weights
    let all = moved.mutableAll()
    for block in weights.layout.blocks where Self.disturbs(block) {
      for row in 0..<block.rows {
        let offset = block.offset + row * block.columns
        let own = Matrix(gradient.base + offset, rows: 1, columns: block.columns)
        let length = kernels.dot(own, own).squareRoot()
        guard length > 0, length.isFinite else { continue }
        kernels.axpy(
          radius / length, own, Matrix(all.base + offset, rows: 1, columns: block.columns))
      }
    }
    return moved
  }

  /// Embeddings alone: of a bias a step of fixed length would say nothing but its sign.
  private static func disturbs(_ block: WeightBlock) -> Bool {
    block.kind != .dense && block.name != WeightBlock.linearName
  }
}
