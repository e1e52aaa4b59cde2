import Language

/// Numbers that stand for unknown among those of a column: 0 beside years, -1 and 999 beside ages.
struct UnknownCodes {
  /// Which numbers, and how often they occur.
  let values: [(number: Float, count: Int)]

  private static let usual: [Float] = [-999, -99, -1, 0, 99, 999, 9999]

  private init?(_ numbers: [Float], _ isCode: (Float) -> Bool) {
    values = Self.usual.filter(isCode).map { code in (code, numbers.count { $0 == code }) }
      .filter { $0.1 > 0 }
    if values.isEmpty { return nil }
  }

  /// Those that are no years, if all others are.
  ///
  /// - Parameter name: of the column; years long ago are taken for such where it says so.
  init?(besideYears numbers: [Float], of name: String) {
    let word = name.lowercased()
    let isNamed = [
      "year", "yr", "born", "birth", "since", "releas", "publi", "found", "date",
    ].contains { word.contains($0) }
    let years: ClosedRange<Float> = isNamed ? 1000...2100 : 1900...2100
    let known = numbers.filter(\.isFinite)
    let others = known.filter { !Self.usual.contains($0) }
    guard others.count * 2 >= known.count, others.count >= 2,
      others.allSatisfy({ years.contains($0) && $0 == $0.rounded() })
    else { return nil }
    self.init(known) { _ in true }
  }

  /// Those that lie so far from all others that they hardly mean an amount.
  init?(farFrom numbers: [Float]) {
    let known = numbers.filter(\.isFinite)
    let others = known.filter { !Self.usual.contains($0) }
    guard others.count >= 4, let low = others.min(), let high = others.max() else { return nil }
    let isWhole = others.allSatisfy { $0 == $0.rounded() }
    self.init(known) { code in
      if code < 0 { return low >= 0 }
      if code == 0 { return isWhole && low >= 10 }
      return code > high && code >= 3 * high
    }
  }

  func removed(from numbers: [Float]) -> [Float] {
    numbers.map { number in values.contains { $0.number == number } ? .nan : number }
  }

  /// "0 (3 times) and 9999 (once)"
  var text: String {
    let words = values.map { value in
      Number.text(Double(value.number)) + (value.count == 1 ? " (once)" : " (\(value.count) times)")
    }
    return words.count < 2
      ? words.joined() : words.dropLast().joined(separator: ", ") + " and " + words[words.count - 1]
  }

  /// The form of a verb that goes with them.
  func verb(_ singular: String, _ plural: String) -> String {
    values.count == 1 ? singular : plural
  }

  /// "-1, 0, 999"
  var list: String { values.map { Number.text(Double($0.number)) }.joined(separator: ", ") }
}
