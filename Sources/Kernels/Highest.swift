/// The places of the highest numbers, the highest first and the earlier of two equals first. Numbers that are
/// none come last.
package func highest(_ count: Int, of numbers: [Float]) -> [Int] {
  var best: [(number: Float, place: Int)] = []
  best.reserveCapacity(count + 1)
  guard count > 0 else { return [] }
  var bar = -Float.infinity
  for (place, number) in numbers.enumerated() where number > bar || best.count < count {
    let known = number.isNaN ? -Float.infinity : number
    guard known > bar || best.count < count else { continue }
    var at = best.count
    while at > 0, best[at - 1].number < known { at -= 1 }
    best.insert((known, place), at: at)
    if best.count > count { best.removeLast() }
    if best.count == count { bar = best[count - 1].number }
  }
  return best.map(\.place)
}
