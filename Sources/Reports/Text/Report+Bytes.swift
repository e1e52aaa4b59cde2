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
  ///
  /// - Parameter isWanted: asked before every field of the result, as in writing; nil when the report is not
  ///   wanted any more.
  package init?(bytes: some Collection<UInt8>, isWanted: () -> Bool = { true }) {
    let read = withoutActuallyEscaping(isWanted) { isWanted in
      var reader = ReportReader(bytes: Array(bytes), isWanted: isWanted)
      return reader.report()
    }
    guard let read else { return nil }
    self = read
  }
}

/// Reads a report piece by piece, each as its own encoding has it.
private struct ReportReader {
  let bytes: [UInt8]
  let isWanted: () -> Bool
  private var place = 0
  private let decoder = JSONDecoder()
  /// How deep records may lie in each other.
  private static let deepest = 64

  init(bytes: [UInt8], isWanted: @escaping () -> Bool) {
    self.bytes = bytes
    self.isWanted = isWanted
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
  }

  mutating func report() -> Report? {
    guard isWanted() else { return nil }
    // Others may have put the members in another order.
    guard take("{\"blocks\":") else { return decoded(Report.self, to: bytes.count) }
    guard let blocks = decoded([Report.Block].self), take(",\"result\":"),
      let result = record(depth: 0), take("}"), place == bytes.count
    else { return nil }
    return Report(blocks, result: result)
  }

  private mutating func record(depth: Int) -> Record? {
    guard depth < Self.deepest, take("{\"fields\":[") else { return nil }
    var record = Record()
    if take("]}") { return record }
    repeat {
      guard isWanted(), let field = field(depth: depth) else { return nil }
      record.fields.append(field)
    } while take(",")
    return take("]}") ? record : nil
  }

  private mutating func field(depth: Int) -> Record.Field? {
    let start = place
    if take("{\"name\":"), let name = decoded(String.self),
      take(",\"value\":{\"record\":{\"_0\":")
    {
      guard let inner = record(depth: depth + 1), take("}}}") else { return nil }
      return Record.Field(name, .record(inner))
    }
    place = start
    return decoded(Record.Field.self)
  }

  /// Goes past a text, if it comes next.
  private mutating func take(_ text: StaticString) -> Bool {
    let end = place + text.utf8CodeUnitCount
    guard end <= bytes.count,
      text.withUTF8Buffer({ $0.elementsEqual(bytes[place..<end]) })
    else { return false }
    place = end
    return true
  }

  /// The value that comes next.
  private mutating func decoded<T: Decodable>(_ type: T.Type, to end: Int? = nil) -> T? {
    let end = end ?? endOfValue
    let value = try? decoder.decode(type, from: Data(bytes[place..<end]))
    place = end
    return value
  }

  /// Where the value ends that comes next, if it is one.
  private var endOfValue: Int {
    var (depth, isText, at) = (0, false, place)
    while at < bytes.count {
      let byte = bytes[at]
      at += 1
      switch byte {
      case UInt8(ascii: "\\") where isText: at = min(at + 1, bytes.count)
      case UInt8(ascii: "\""): isText.toggle()
      case _ where isText: continue
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
      default: continue
      }
      if depth <= 0, !isText { break }
    }
    return at
  }
}
