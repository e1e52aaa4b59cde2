/// The numbers that an argument may be, where it need not be read to tell.
package struct NumberBounds: Sendable, Equatable {
  enum Kind { case whole, fractional, withUnit }

  let kind: Kind
  private var lower = -Double.infinity
  private var upper = Double.infinity

  init(_ kind: Kind) { self.kind = kind }

  /// The same between two bounds; nil if those are no numbers.
  package func within<T: ArgumentReadable>(_ bounds: ClosedRange<T>) -> NumberBounds? {
    guard let low = bounds.lowerBound.asNumber, let high = bounds.upperBound.asNumber else {
      return nil
    }
    var bounds = self
    (bounds.lower, bounds.upper) = (low, high)
    return bounds
  }

  package func contains(_ value: Double, unit: Number.Unit? = nil) -> Bool {
    guard value >= lower, value <= upper else { return false }
    return switch kind {
    case .whole: unit == nil && Int(exactly: value) != nil
    case .fractional: unit == nil || unit == .percent
    case .withUnit: true
    }
  }
}

extension Configurable {
  /// The cutoffs that may stand behind its name: 10 of `ndcg@10`.
  static var cutoffBounds: NumberBounds? { cutoffParameter?.form.numbers }
}

extension BoundArguments {
  /// For each argument, the numbers that may stand in its place, or as the cutoff of the name it is.
  var numberBounds: [NumberBounds?] {
    zip(arguments, binding.takers).map { argument, taker in
      switch argument.value {
      case .number?: return taker?.numbers
      case .word(let word)? where word.cutoffMark != nil:
        return taker?.members?.type(named: word.withoutCutoff)?.cutoffBounds
      default: return nil
      }
    }
  }
}
