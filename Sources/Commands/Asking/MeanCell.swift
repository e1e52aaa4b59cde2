import Evaluation
import Reports

extension Table.Cell {
  /// A mean over values of users with its interval, where there is one.
  static func mean(_ mean: ClusteredMean?, digits: Int) -> Table.Cell {
    guard let mean else { return .missing }
    return mean.halfWidth.map { .interval(mean.mean, halfWidth: $0, digits: digits) }
      ?? .number(mean.mean, digits: digits)
  }
}
