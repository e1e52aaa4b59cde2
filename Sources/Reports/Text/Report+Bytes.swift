import FoundationEssentials
import Language

extension Report {
  /// The report as bytes from which the very same report can be read again, numbers that are none included.
  package var bytes: [UInt8]? { bytes { true } }

  /// The same.
  ///
  /// - Parameter isWanted: asked before every field of the result, which may hold numbers of every user; nil when
  ///   the bytes are not wanted any more.
  package func bytes(isWanted: () -> Bool) -> [UInt8]? {
    let encoder = JSONEncoder()
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    func encoded(_ value: some Encodable) -> [UInt8]? {
      isWanted() ? (try? encoder.encode(value)).map { Array($0) } : nil
    }
    // Records field by field, in the form that their own encoding has.
    func encoded(record: Record) -> [UInt8]? {
      var bytes = Array("{\"fields\":[".utf8)
      for (place, field) in record.fields.enumerated() {
        if place > 0 { bytes.append(UInt8(ascii: ",")) }
        if case .record(let inner) = field.value {
          guard let name = encoded(field.name), let value = encoded(record: inner) else {
            return nil
          }
          bytes += Array("{\"name\":".utf8) + name
          bytes += Array(",\"value\":{\"record\":{\"_0\":".utf8) + value + Array("}}}".utf8)
        } else {
          guard let field = encoded(field) else { return nil }
          bytes += field
        }
      }
      return bytes + Array("]}".utf8)
    }
    guard let blocks = encoded(blocks), let result = encoded(record: result) else { return nil }
    return Array("{\"blocks\":".utf8) + blocks + Array(",\"result\":".utf8) + result
      + Array("}".utf8)
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
