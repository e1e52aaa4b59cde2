/// A size of files or memory, written with its unit: `500MB`, `10GB`.
package struct ByteCount: ArgumentReadable, Equatable {
  package var bytes: Int

  package init(_ bytes: Int) { self.bytes = bytes }

  package static var expectation: String { "a size with its unit, such as 500MB or 10GB" }

  /// With the largest unit that gives a whole number.
  package var argumentText: String {
    for (unit, factor) in [("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1000)]
    where bytes >= factor && bytes % factor == 0 {
      return "\(bytes / factor)\(unit)"
    }
    return "\(bytes)B"
  }

  /// Rounded to what people want to know: `67 MB`, `8.6 GB`.
  package var text: String {
    for (unit, factor) in [("GB", 1e9), ("MB", 1e6), ("kB", 1e3)] where Double(bytes) >= factor {
      let number = Double(bytes) / factor
      let rounded = number < 10 ? (number * 10).rounded() / 10 : number.rounded()
      return "\(Number.text(rounded)) \(unit)"
    }
    return "\(bytes) B"
  }

  package static func read(_ value: Value) -> ByteCount? {
    guard case .number(let number) = value, number.unit == .bytes, number.value >= 1,
      number.value < 9e15
    else { return nil }
    return ByteCount(Int(number.value))
  }
}
