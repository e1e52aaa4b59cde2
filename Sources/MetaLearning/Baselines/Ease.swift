import Datasets
import Kernels
import Language
import Models

/// Embarrassingly shallow autoencoder (Steck 2019): a linear model from what a user took to what they take, by
/// ridge regression of every item on all others in closed form. With P = (XᵀX + λI)⁻¹ the weights are
/// −P(i, j) / P(j, j), and 0 of an item on itself.
package struct Ease: NewItemScorer {
  package var penalty: Double?
  package var most: Int?
  package var newItems = NewItemOptions()

  package init() {}

  package static let signature = Signature<Self>(
    "ease", "Every item from all others by ridge regression in closed form (EASE).",
    details: """
      What a user took is a row of ones and blanks, whatever it counts. The shorter the supports, the \
      larger the best `l2`; when it is not given, the best of five on the validation users is taken. It \
      needs memory for three numbers for each pair of items. Steck, WWW 2019. \(NewItemOptions.details)
      """,
    [
      .option(
        "l2", \.penalty, in: 1e-3...1e9, "ridge penalty; chosen on validation users if absent"),
      .option(
        "items", \.most, in: 1...1_000_000, "keep to so many items, those most training users took"),
    ] + NewItemOptions.parameters(\.newItems),
    needs: [.interactions],
    examples: [Example("baseline ease l2=1000"), Example("evaluate ndcg@20 with=[ease]")])

  package var feedback: Set<Feedback> { [.interactions] }
  package var predictsRatings: Bool { false }

  package static let penalties = [300.0, 1000, 5000, 20_000, 100_000]

  package func candidates(on feedback: Feedback) -> [Ease] {
    with(each: Self.penalties) { $0.penalty = penalty ?? $1 }
  }

  package func common(
    to dataset: Dataset, training: [UserTask], key: RandomKey, kernels: KernelSet
  ) -> SharedItems {
    SharedItems(training, in: dataset, most: most)
  }

  package func fitted(
    to common: SharedItems, key: RandomKey, kernels: KernelSet
  ) -> any Recommender {
    let table = table(of: common.clicks, kernels) { weights(of: common, kernels) }
    return ItemTable(title: Self.name, common.clicks, table, kernels: kernels)
  }

  private func weights(of common: SharedItems, _ kernels: KernelSet) -> PanelMatrix {
    let system = common.pairs.copy()
    let penalty = Float(penalty ?? Self.penalties[0])
    for item in 0..<system.rows { system[item, item] += penalty }
    let weights = BlockedCholesky(system, kernels: kernels).inverse()
    weights.eachPanel { panel, columns in
      for (place, column) in columns.enumerated() {
        let scale = -1 / panel[column, place]
        for row in 0..<panel.rows { panel[row, place] *= scale }
        panel[column, place] = 0
      }
    }
    return weights
  }

  package func memory(for data: Dataset) -> Double {
    3 * PanelMatrix.bytes(square: min(data.items.count, most ?? .max))
      + (most == nil ? newItems.memory(for: data) : 0)
  }
}
