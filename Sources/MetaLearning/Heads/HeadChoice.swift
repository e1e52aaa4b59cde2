import Datasets
import Language
import Models

/// What one of several heads learns.
package enum HeadKind: String, ArgumentChoice {
  case rating, click, category

  package var summary: String {
    switch self {
    case .rating: "the rating of an item, by loss="
    case .click: "whether an item is taken at all, against drawn ones; binary cross-entropy"
    case .category: "which value of category= the items have that a user takes; cross-entropy"
    }
  }

  var column: RowTargets.Column {
    switch self {
    case .rating: .rating
    case .click: .click
    case .category: .category
    }
  }
}

/// How the losses of several heads are weighed.
package enum HeadWeights: Sendable, Equatable {
  /// By these numbers, one for each head.
  case fixed([Double])
  case learned
  case balanced
}

extension HeadWeights: ArgumentReadable {
  package static var expectation: String {
    "`fixed`, `learned`, `balanced`, or a number for each head, such as 1,0.5"
  }

  package static var namedValues: [NamedValue] {
    [
      NamedValue("fixed", "all alike"),
      NamedValue("learned", "by an uncertainty that is learned for each (Kendall et al. 2018)"),
      NamedValue(
        "balanced",
        "so that the heads pull alike as far as they have learned (GradNorm, Chen et al. 2018)"),
    ]
  }

  package var argumentText: String {
    switch self {
    case .fixed(let weights): weights.isEmpty ? "fixed" : weights.argumentText
    case .learned: "learned"
    case .balanced: "balanced"
    }
  }

  package static func read(_ value: Value) -> HeadWeights? {
    if let weights = [Double].read(value) {
      return weights.allSatisfy { (0...1e6).contains($0) } ? .fixed(weights) : nil
    }
    switch String.read(value) {
    case "fixed"?: return .fixed([])
    case "learned"?: return .learned
    case "balanced"?: return .balanced
    default: return nil
    }
  }
}

/// Which heads a model has, as a script asks for them.
package struct HeadChoice: Sendable, Equatable {
  /// The first is what the model recommends by.
  package var kinds: [HeadKind]
  package var weights: HeadWeights
  /// The feature of the items that the head `category` is about.
  package var category: String

  package init(_ kinds: [HeadKind], weights: HeadWeights = .fixed([]), category: String = "") {
    (self.kinds, self.weights, self.category) = (kinds, weights, category)
  }

  /// The weights where they are fixed.
  var fixed: [Float]? {
    guard case .fixed(let numbers) = weights else { return nil }
    return numbers.isEmpty ? kinds.map { _ in 1 } : numbers.map { Float($0) }
  }
}
