import CNumbers

extension Double {
  /// The double nearest to the number that the whole text spells, the even one of two that are equally
  /// near: digits, with a point before, among or behind them, a sign, an exponent. Infinite where it is
  /// too large; nil for any other text.
  package init?(decimal text: some StringProtocol) {
    guard let value = withBytes(of: text, Double.init(decimal:)) else { return nil }
    self = value
  }

  /// The same of bytes.
  package init?(decimal bytes: UnsafeBufferPointer<UInt8>) {
    var value = 0.0
    guard mrs_read_double(bytes.baseAddress, Int64(bytes.count), &value) != 0 else { return nil }
    self = value
  }
}

extension Float {
  /// The double nearest to the shortest decimal that gives this float: 0.1 for the float of 0.1.
  package var asWritten: Double { Double(decimal: "\(self)") ?? Double(self) }

  /// The float nearest to the number that the whole text spells, as `Double(decimal:)` does; it is not
  /// always the float nearest to the double.
  package init?(decimal text: some StringProtocol) {
    guard let value = withBytes(of: text, Float.init(decimal:)) else { return nil }
    self = value
  }

  /// The same of bytes.
  package init?(decimal bytes: UnsafeBufferPointer<UInt8>) {
    var value: Float = 0
    guard mrs_read_float(bytes.baseAddress, Int64(bytes.count), &value) != 0 else { return nil }
    self = value
  }
}

private func withBytes<Value>(
  of text: some StringProtocol, _ read: (UnsafeBufferPointer<UInt8>) -> Value?
) -> Value? {
  if let found = text.utf8.withContiguousStorageIfAvailable(read) { return found }
  return Array(text.utf8).withUnsafeBufferPointer(read)
}
