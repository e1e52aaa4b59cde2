/// Divides lines into fields where the quick reader of rows cannot: by runs of blanks, by marks of several
/// characters, in files whose lines have different numbers of fields.
struct LineSplitter {
  let contents: FileContents
  let separator: Separator
  private let mark: [UInt8]

  init(_ contents: FileContents, separator: Separator) {
    self.contents = contents
    self.separator = separator
    mark = separator.bytes
  }

  /// One line: its fields as tokens that are places in the file, blanks at their ends left off, and where the
  /// next line starts. An unclosed quote is part of its field, which ends with the line.
  func line(at start: Int) -> (fields: [UInt64], next: Int) {
    let bytes = contents.bytes
    var fields: [UInt64] = []
    var place = start
    if mark.isEmpty { place = blanksEnd(from: place) }
    while true {
      let (token, end) = field(at: place)
      fields.append(token)
      place = end
      if isLineEnd(place) { break }
      place += mark.count
      if mark.isEmpty {
        place = blanksEnd(from: place)
        if isLineEnd(place) { break }
      }
    }
    if place < bytes.count, bytes[place] == 13 { place += 1 }
    return (fields, min(place + 1, bytes.count))
  }

  private func field(at start: Int) -> (token: UInt64, end: Int) {
    let bytes = contents.bytes
    if start < bytes.count, bytes[start] == 34, let quoted = quoted(at: start) { return quoted }
    var end = start
    while !isLineEnd(end), !isSeparator(end) { end += 1 }
    return (token(start, end, isEscaped: false), end)
  }

  /// A field in quotes, if they are closed before the next separator or line end.
  private func quoted(at start: Int) -> (token: UInt64, end: Int)? {
    let bytes = contents.bytes
    var place = start + 1
    var isEscaped = false
    while place < bytes.count, place - start < 1 << 20 {
      if bytes[place] == 34 {
        guard place + 1 < bytes.count, bytes[place + 1] == 34 else { break }
        isEscaped = true
        place += 1
      }
      place += 1
    }
    guard place < bytes.count, bytes[place] == 34 else { return nil }
    var end = place + 1
    while end < bytes.count, bytes[end] == 32, !mark.isEmpty, !isSeparator(end) { end += 1 }
    guard isLineEnd(end) || isSeparator(end) else { return nil }
    return (token(start + 1, place, isEscaped: isEscaped), end)
  }

  private func token(_ start: Int, _ end: Int, isEscaped: Bool) -> UInt64 {
    let bytes = contents.bytes
    var (start, end) = (start, end)
    while start < end, bytes[start] == 32 || bytes[start] == 9 { start += 1 }
    while end > start, bytes[end - 1] == 32 || bytes[end - 1] == 9 { end -= 1 }
    return UInt64(start) << 24 | UInt64(min(end - start, 0x3F_FFFF)) << 2 | (isEscaped ? 2 : 0)
  }

  private func isLineEnd(_ place: Int) -> Bool {
    let bytes = contents.bytes
    guard place < bytes.count, bytes[place] != 10 else { return true }
    return bytes[place] == 13 && (place + 1 >= bytes.count || bytes[place + 1] == 10)
  }

  private func isSeparator(_ place: Int) -> Bool {
    let bytes = contents.bytes
    if mark.isEmpty { return bytes[place] == 32 || bytes[place] == 9 }
    guard bytes[place] == mark[0], place + mark.count <= bytes.count else { return false }
    return mark.count == 1 || bytes[place..<place + mark.count].elementsEqual(mark)
  }

  private func blanksEnd(from start: Int) -> Int {
    var place = start
    while place < contents.bytes.count, contents.bytes[place] == 32 || contents.bytes[place] == 9 {
      place += 1
    }
    return place
  }
}
