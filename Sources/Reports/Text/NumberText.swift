/// A number with a fixed number of digits after the point: `0.4120`.
package func fixed(_ value: Double, digits: Int) -> String {
  if value.isNaN { return "nan" }
  if value.isInfinite { return value < 0 ? "-inf" : "inf" }
  var scale = 1.0
  for _ in 0..<max(0, digits) { scale *= 10 }
  let scaled = (value.magnitude * scale).rounded()
  guard scaled < 9e15 else { return "\(value)" }
  let whole = Int64(scaled)
  let sign = value < 0 && whole > 0 ? "-" : ""
  guard digits > 0 else { return sign + "\(whole)" }
  let fraction = String(whole % Int64(scale))
  let zeros = String(repeating: "0", count: digits - fraction.count)
  return sign + "\(whole / Int64(scale)).\(zeros)\(fraction)"
}

/// A number in as few characters as its size needs, for axes: `0.25`, `1.5k`, `2e-5`.
package func short(_ value: Double) -> String {
  let size = value.magnitude
  if size == 0 { return "0" }
  if size >= 1e6 { return trimmed(fixed(value / 1e6, digits: 2)) + "M" }
  if size >= 1e4 { return trimmed(fixed(value / 1e3, digits: 1)) + "k" }
  if size >= 100 { return trimmed(fixed(value, digits: 1)) }
  if size >= 0.01 { return trimmed(fixed(value, digits: size >= 1 ? 3 : 4)) }
  var exponent = 0
  var mantissa = size
  while mantissa < 1 { (mantissa, exponent) = (mantissa * 10, exponent - 1) }
  return (value < 0 ? "-" : "") + trimmed(fixed(mantissa, digits: 1)) + "e\(exponent)"
}

/// A length of time as people say it: `0.4 s`, `12 s`, `3 min 05 s`, `2 h 10 min`.
package func duration(_ seconds: Double) -> String {
  guard seconds.isFinite, seconds >= 0 else { return "–" }
  if seconds < 0.0995 { return "\(fixed(seconds * 1000, digits: seconds < 0.01 ? 1 : 0)) ms" }
  if seconds < 9.95 { return "\(fixed(seconds, digits: 1)) s" }
  let whole = seconds < 1e15 ? Int(seconds.rounded()) : Int.max
  if whole < 60 { return "\(whole) s" }
  let rest = { (n: Int) in (n < 10 ? "0" : "") + "\(n)" }
  if whole < 3600 { return "\(whole / 60) min \(rest(whole % 60)) s" }
  return "\(whole / 3600) h \(rest(whole / 60 % 60)) min"
}

/// The text without the zeros that end its fraction.
private func trimmed(_ text: String) -> String {
  guard text.contains(".") else { return text }
  var text = text
  while text.hasSuffix("0") { text.removeLast() }
  if text.hasSuffix(".") { text.removeLast() }
  return text
}
