import Kernels
import Language

/// How the outer rate changes over the steps.
package enum RateSchedule: String, ArgumentChoice {
  case constant, cosine, linear

  package var summary: String {
    switch self {
    case .constant: "the same rate all the way"
    case .cosine: "down to zero along half a cosine"
    case .linear: "down to zero along a line"
    }
  }

  /// The factor on the initial rate when a share of training between 0 and 1 is done.
  package func factor(at progress: Double) -> Double {
    switch self {
    case .constant: 1
    case .cosine: 0.5 * (1 + Elementary.cos(Double.pi * min(max(progress, 0), 1)))
    case .linear: 1 - min(max(progress, 0), 1)
    }
  }
}
