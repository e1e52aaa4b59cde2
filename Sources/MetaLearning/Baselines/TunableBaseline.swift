import Datasets
import Kernels
import Language
import Models

/// A baseline whose strength is chosen on validation users where the user leaves it open.
package protocol TunableBaseline: Baseline {
  /// What is the same for every strength, and made once.
  associatedtype Common: Sendable

  /// The settings to choose among on data of that kind: this one, with a value for each option that is left
  /// open. One alone if none is.
  func candidates(on feedback: Feedback) -> [Self]
  /// The settings to choose among next, once all the others are chosen: this one, with a value each for another
  /// option that is left open. None where nothing is.
  func refinements(of data: Dataset) -> [Self]
  /// Whether fitting one keeps only one thread busy, so that several are better fitted at the same time.
  var fitsOnOneThread: Bool { get }
  /// Called once, before `fitted(to:key:kernels:)` for each of the candidates.
  func common(
    to dataset: Dataset, training: [UserTask], key: RandomKey, kernels: KernelSet
  ) -> Common
  func fitted(to common: Common, key: RandomKey, kernels: KernelSet) -> any Recommender
}

extension TunableBaseline {
  package var fitsOnOneThread: Bool { false }
  package func refinements(of data: Dataset) -> [Self] { [] }

  /// This one with each of those settings; two that come to the same are one.
  func with<Setting>(
    each settings: [Setting], _ set: (inout Self, Setting) -> Void
  ) -> [Self] {
    settings.reduce(into: []) { found, setting in
      var next = self
      set(&next, setting)
      if !found.contains(where: { described($0) == described(next) }) { found.append(next) }
    }
  }

  package func fitted(
    to dataset: Dataset, training: [UserTask], key: RandomKey, kernels: KernelSet
  ) -> any Recommender {
    let strengths = strengths(of: dataset, training: training, key: key, kernels: kernels)
    // The middle one, when there is nobody to choose by.
    return strengths.recommender(strengths.settings.count / 2)
  }
}

/// The options of each of several settings of a baseline, as they are written, without those that all of them share.
package func differingOptions(of settings: [any Baseline]) -> [String] {
  let options = settings.map { described($0).split(separator: " ").dropFirst().map(String.init) }
  return options.map { own in
    own.filter { option in !options.allSatisfy { $0.contains(option) } }.joined(separator: " ")
  }
}

/// The recommenders of all strengths of a baseline, each made when it is asked for.
package struct FittedStrengths: Sendable {
  package let settings: [any Baseline]
  /// Whether all of them are better fitted at the same time.
  package let areFittedTogether: Bool
  package let recommender: @Sendable (Int) -> any Recommender
  /// Those to choose among once one of these is chosen; nil where nothing is left open.
  package let next: @Sendable (Int) -> FittedStrengths?
}

extension TunableBaseline {
  /// The candidates, ready to be fitted one after the other.
  package func strengths(
    of dataset: Dataset, training: [UserTask], key: RandomKey, kernels: KernelSet
  ) -> FittedStrengths {
    let common = common(to: dataset, training: training, key: key, kernels: kernels)
    return strengths(candidates(on: dataset.feedback), common, dataset, key, kernels)
  }

  private func strengths(
    _ candidates: [Self], _ common: Common, _ data: Dataset, _ key: RandomKey, _ kernels: KernelSet
  ) -> FittedStrengths {
    FittedStrengths(settings: candidates, areFittedTogether: fitsOnOneThread) {
      candidates[$0].fitted(to: common, key: key, kernels: kernels)
    } next: { chosen in
      let next = candidates[chosen].refinements(of: data)
      return next.isEmpty ? nil : strengths(next, common, data, key, kernels)
    }
  }
}
