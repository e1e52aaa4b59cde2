/// Where, between two numbers, what holds at the lower one ends: after so many halvings it still holds at `low`, and no
/// longer at `high`.
package func bisection(
  _ low: Double, _ high: Double, rounds: Int, _ holds: (Double) -> Bool
) -> (low: Double, high: Double) {
  var (low, high) = (low, high)
  for _ in 0..<rounds {
    let middle = (low + high) / 2
    if holds(middle) { low = middle } else { high = middle }
  }
  return (low, high)
}
