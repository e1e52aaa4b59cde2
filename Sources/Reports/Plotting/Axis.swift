/// A stretch of numbers with round ticks on it.
package struct Axis: Sendable, Equatable {
  package var low: Double
  package var high: Double
  package var ticks: [Double]
  /// What the ticks are called where they are no numbers.
  private var names: [String] = []
  /// How far one tick is from the next.
  private var step = 1.0

  /// The axis that holds all finite values, with about `count` ticks at 1, 2 or 5 times a power of ten.
  package init(covering values: some Collection<Double>, ticks count: Int) {
    var low = Double.infinity
    var high = -Double.infinity
    for value in values where value.isFinite { (low, high) = (min(low, value), max(high, value)) }
    if low > high { (low, high) = (0, 1) }
    if low == high {
      (low, high) = (low - max(0.5, low.magnitude / 10), high + max(0.5, high.magnitude / 10))
    }
    self.low = low
    self.high = high
    step = Axis.step(of: (high - low) / Double(max(1, count)))
    // Between whole numbers there is nothing to count.
    if values.allSatisfy({ !$0.isFinite || $0 == $0.rounded() }) { step = max(1, step) }
    ticks = []
    addTicks()
  }

  private mutating func addTicks() {
    ticks = []
    var index = (low / step - 1e-9).rounded(.up)
    while index * step <= high + step * 1e-9, ticks.count < 100 {
      ticks.append(index * step)
      index += 1
    }
  }

  /// The axis with a tick at both of its ends.
  private var widened: Axis {
    var axis = self
    axis.low = (low / step + 1e-9).rounded(.down) * step
    axis.high = (high / step - 1e-9).rounded(.up) * step
    axis.addTicks()
    return axis
  }

  /// The axis of names, one at each whole number from 0 on, with room beside the outer ones if wanted.
  package init(of names: [String], hasMargins: Bool) {
    self.names = names
    let margin = hasMargins || names.count < 2 ? 0.5 : 0
    (low, high) = (-margin, Double(max(1, names.count) - 1) + margin)
    ticks = names.indices.map { Double($0) }
  }

  /// Where stretches of numbers begin that together hold the axis: round numbers, the first at its low end or
  /// below it.
  package var starts: [Double] {
    let below = low < (ticks.first ?? low) ? [(ticks.first ?? low) - step] : []
    return below + ticks
  }

  /// 1, 2 and 5 times powers of ten, from the last that is not above `low` to the last that is not above `high`.
  ///
  /// Precondition: 0 < `low` ≤ `high`.
  package static func growingStarts(from low: Double, to high: Double) -> [Double] {
    var power = 1.0
    while power > low { power /= 10 }
    while power * 10 <= low { power *= 10 }
    var starts: [Double] = []
    while power <= high {
      starts += [1, 2, 5].map { $0 * power }.filter { $0 <= high }
      power *= 10
    }
    return starts.filter { start in !starts.contains { $0 > start && $0 <= low } }
  }

  /// The horizontal axis of a curve.
  package init(across curve: Curve, ticks count: Int) {
    self =
      curve.names.isEmpty
      ? Axis(covering: curve.series.flatMap(\.points).map(\.x), ticks: count)
      : Axis(of: curve.names, hasMargins: curve.mark == .bar)
  }

  /// The vertical axis of a curve, with a tick at both ends; bars stand on zero.
  package init(along curve: Curve, ticks count: Int) {
    let values = curve.series.flatMap(\.points).map(\.y)
    self = Axis(covering: curve.mark == .bar ? values + [0] : values, ticks: count).widened
  }

  /// What stands beside a value.
  package func label(_ value: Double) -> String {
    let index = Int(value.rounded())
    return names.indices.contains(index) ? names[index] : names.isEmpty ? short(value) : ""
  }

  /// Where a value lies, 0 at the low end and 1 at the high end.
  package func fraction(_ value: Double) -> Double { (value - low) / (high - low) }

  private static func step(of rough: Double) -> Double {
    var power = 1.0
    while power > rough { power /= 10 }
    while power * 10 <= rough { power *= 10 }
    let factor = rough / power
    return power * (factor < 1.5 ? 1 : factor < 3.5 ? 2 : factor < 7.5 ? 5 : 10)
  }
}
