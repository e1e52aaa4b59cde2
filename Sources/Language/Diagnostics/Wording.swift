/// A whole number with its thousands apart: `1,682`.
package func grouped(_ value: Int) -> String {
  let digits = String(value.magnitude)
  var result = ""
  for (index, digit) in digits.enumerated() {
    if index > 0, (digits.count - index) % 3 == 0 { result.append(",") }
    result.append(digit)
  }
  return (value < 0 ? "-" : "") + result
}

/// So many of something: `1 rating`, `1,682 ratings`.
///
/// - Parameter many: what more than one, or none, are called; `one` with an `s` when nil.
package func counted(_ count: Int, _ one: String, _ many: String? = nil) -> String {
  "\(grouped(count)) \(count == 1 ? one : many ?? one + "s")"
}

/// The first of some names, and how many more there are: `Action, Comedy and 16 more`.
package func named(_ names: [String], most: Int) -> String {
  let shown = names.prefix(most).joined(separator: ", ")
  return names.count > most ? shown + " and \(grouped(names.count - most)) more" : shown
}
