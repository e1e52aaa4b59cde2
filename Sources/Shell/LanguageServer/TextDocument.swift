import Language
import Reports

/// A document that an editor has open, with places as editors count them: lines from 0, and columns in units of
/// UTF-16.
struct TextDocument {
  let uri: String
  private(set) var source: Source

  init(uri: String, text: String) {
    self.uri = uri
    source = Source(name: TextDocument.path(uri) ?? uri, text: text)
  }

  var text: String { source.text }

  /// Takes the change of an editor; nil when it is not one.
  mutating func take(_ change: JSON) -> Void? {
    guard let new = change["text"]?.string else { return nil }
    guard let place = change["range"] else {
      source = Source(name: source.name, text: new)
      return ()
    }
    guard let range = range(place) else { return nil }
    source = Source(
      name: source.name,
      text: source.slice(SourceRange(0, range.lower)) + new
        + source.slice(SourceRange(range.upper, text.utf8.count)))
    return ()
  }

  // MARK: Places

  /// The offset in bytes of a place; what lies behind the end of a line is its end.
  func offset(_ place: JSON) -> Int? {
    guard let line = place["line"]?.whole, let column = place["character"]?.whole, line >= 0,
      column >= 0
    else { return nil }
    guard line < source.lineStarts.count else { return text.utf8.count }
    let range = source.range(ofLine: line + 1)
    var (units, bytes) = (0, 0)
    for scalar in source.slice(range).unicodeScalars {
      let width = UTF16.width(scalar)
      if units + width > column { break }
      units += width
      bytes += UTF8.width(scalar)
    }
    return range.lower + bytes
  }

  func range(_ json: JSON) -> SourceRange? {
    guard let start = json["start"].flatMap({ offset($0) }),
      let end = json["end"].flatMap({ offset($0) }), start <= end
    else { return nil }
    return SourceRange(start, end)
  }

  func place(_ offset: Int) -> (line: Int, column: Int) {
    let line = source.line(of: offset)
    let before = source.slice(SourceRange(source.lineStarts[line - 1], offset))
    return (line - 1, before.utf16.count)
  }

  func json(_ range: SourceRange) -> JSON {
    func json(_ offset: Int) -> JSON {
      let place = place(min(max(offset, 0), text.utf8.count))
      return .object(["line": .number(place.line), "character": .number(place.column)])
    }
    return .object(["start": json(range.lower), "end": json(max(range.upper, range.lower))])
  }

  /// The place as other programs name it: a document and a range.
  func location(_ range: SourceRange) -> JSON {
    .object(["uri": .string(uri), "range": json(range)])
  }

  // MARK: Paths

  /// The path of a file's URI; nil for another one.
  static func path(_ uri: String) -> String? {
    guard uri.hasPrefix("file://") else { return nil }
    let rest = uri.dropFirst("file://".count).drop { $0 != "/" }
    var bytes: [UInt8] = []
    var left = Array(rest.utf8)[...]
    while let byte = left.popFirst() {
      if byte == UInt8(ascii: "%"), left.count >= 2,
        let value = UInt8(String(decoding: left.prefix(2), as: UTF8.self), radix: 16)
      {
        bytes.append(value)
        left = left.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return bytes.isEmpty || bytes.contains(0) ? nil : String(decoding: bytes, as: UTF8.self)
  }
}

extension JSON {
  /// The whole number that it is.
  var whole: Int? { number.flatMap { Int(exactly: $0) } }
}
