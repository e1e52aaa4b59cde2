import FoundationEssentials

extension Report {
  /// The report as bytes from which the very same report can be read again, numbers that are none included.
  package var bytes: [UInt8]? {
    let encoder = JSONEncoder()
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return (try? encoder.encode(self)).map { Array($0) }
  }

  /// Nil for bytes that are of no report.
  package init?(bytes: some Collection<UInt8>) {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    guard let report = try? decoder.decode(Report.self, from: Data(bytes)) else { return nil }
    self = report
  }
}
