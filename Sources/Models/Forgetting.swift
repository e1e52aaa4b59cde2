import Datasets
import Kernels

/// How ratings count less the older they are: half as much for each half-life that has passed.
package struct Forgetting: Sendable, Equatable {
  /// In the units of the data's times; above 0.
  package let halfLife: Double

  /// - Parameters:
  ///   - seconds: the half-life; above 0.
  ///   - ticks: how many units of the data's times make a second.
  package init(seconds: Double, ticks: Int64 = 1) { halfLife = seconds * Double(ticks) }

  /// What nothing falls below: weights stay apart from 0.
  private static let least: Float = 1e-9

  /// How much a rating of that time counts at another one. What comes later than that counts as of then.
  package func weight(of time: Int64, at now: Int64) -> Float {
    let age = Double(now) - Double(time)
    return age > 0 ? max(Self.least, Float(Elementary.exp2(-age / halfLife))) : 1
  }
}

extension UserContext {
  /// The same with ratings that count by their age; those of unknown age are as old as the oldest.
  ///
  /// - Parameter now: when they ask; the time of their newest rating if nil.
  package func forgetting(by forgetting: Forgetting?, at now: Int64? = nil) -> UserContext {
    let known = support.lazy.map(\.time).filter { $0 != Interactions.unknownTime }
    guard let forgetting, let oldest = known.min(), let newest = known.max() else { return self }
    var context = self
    for index in context.support.indices {
      let time = context.support[index].time
      context.support[index].weight = forgetting.weight(
        of: time == Interactions.unknownTime ? oldest : time, at: now ?? newest)
    }
    return context
  }
}
