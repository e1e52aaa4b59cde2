import Datasets
import Kernels
import Language
import Models

/// A baseline whose strength is chosen on validation users where the user leaves it open.
package protocol TunableBaseline: Baseline {
  /// What is the same for every strength, and made once.
  associatedtype Common: Sendable

  /// The settings to choose among: this one, with a value for each option that is left open. One alone if none
  /// is.
  var candidates: [Self] { get }
  /// Which of them is taken when there is nobody to choose by.
  var usual: Self { get }
  /// Called once, before `fitted(to:key:kernels:)` for each of the candidates.
  func common(
    to dataset: Dataset, training: [UserTask], key: RandomKey, kernels: KernelSet
  ) -> Common
  func fitted(to common: Common, key: RandomKey, kernels: KernelSet) -> any Recommender
}

extension TunableBaseline {
  package var usual: Self { candidates[candidates.count / 2] }

  package func fitted(
    to dataset: Dataset, training: [UserTask], key: RandomKey, kernels: KernelSet
  ) -> any Recommender {
    usual.fitted(
      to: common(to: dataset, training: training, key: key, kernels: kernels), key: key,
      kernels: kernels)
  }
}

/// The recommenders of all strengths of a baseline, each made when it is asked for.
package struct FittedStrengths: Sendable {
  package let settings: [any Baseline]
  package let recommender: @Sendable (Int) -> any Recommender
}

extension TunableBaseline {
  /// The candidates, ready to be fitted one after the other.
  package func strengths(
    of dataset: Dataset, training: [UserTask], key: RandomKey, kernels: KernelSet
  ) -> FittedStrengths {
    let common = common(to: dataset, training: training, key: key, kernels: kernels)
    let candidates = candidates
    return FittedStrengths(settings: candidates) {
      candidates[$0].fitted(to: common, key: key, kernels: kernels)
    }
  }
}
