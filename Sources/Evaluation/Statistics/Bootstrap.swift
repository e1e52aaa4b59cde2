import Kernels

/// The 95 % percentile interval of the mean, by drawing the values anew with replacement (Efron 1979).
///
/// - Returns: nil below two values.
package func bootstrapInterval(
  _ values: [Double], draws: Int = 2000, key: RandomKey
) -> ClosedRange<Double>? {
  guard values.count > 1 else { return nil }
  var stream = key.stream
  var means = (0..<draws).map { _ -> Double in
    var sum = 0.0
    if Cancellation.isRequested { return 0 }
    for _ in values.indices { sum += values[stream.below(values.count)] }
    return sum / Double(values.count)
  }
  means.sort()
  let low = Int((0.025 * Double(draws)).rounded(.down))
  return means[low]...means[draws - 1 - low]
}
