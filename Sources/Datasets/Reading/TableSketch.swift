import Language

/// The first lines of a file that may be a table, divided into fields.
struct TableSketch {
  let contents: FileContents
  let separator: Separator
  /// The lines that are not blank, from the first on; no more than are needed to see what the file is.
  let lines: [[String]]

  private static let mostLines = 200
  private static let mostBytes = 1 << 18

  /// - Parameter separator: what was said of it; guessed from the first lines where nothing was.
  init(_ contents: FileContents, separator: Separator = .guess) throws(DatasetError) {
    try contents.requireText()
    self.contents = contents
    self.separator = separator == .guess ? Self.guessed(contents) : separator
    lines = Self.rows(contents, self.separator, most: Self.mostLines)
  }

  private static func rows(
    _ contents: FileContents, _ separator: Separator, most: Int
  ) -> [[String]] {
    let splitter = LineSplitter(contents, separator: separator)
    var rows: [[String]] = []
    var place = contents.textStart
    let end = min(contents.bytes.count, contents.textStart + mostBytes)
    while place < end, rows.count < most {
      let (fields, next) = splitter.line(at: place)
      place = next
      let texts = fields.map { contents.text(ofPlace: $0) }
      if texts.count > 1 || texts[0] != "" { rows.append(texts) }
    }
    return rows
  }

  /// The separator that the first line has most of. One of several characters, and blanks, must divide the
  /// first lines evenly, unless nothing else divides them at all.
  private static func guessed(_ contents: FileContents) -> Separator {
    let line = contents.firstLine
    let text = String(decoding: line, as: UTF8.self)
    let counts = Separator.characters.map { character in text.count { $0 == character } }
    let most = counts.max() ?? 0
    if text.contains("::") {
      let rows = rows(contents, .mark("::"), most: 20)
      let width = rows.first?.count ?? 0
      if width > 1, rows.allSatisfy({ $0.count == width }), most == 0 || width > most {
        return .mark("::")
      }
    }
    if most > 0 { return Separator(Separator.characters[counts.firstIndex(of: most) ?? 0]) }
    let words = rows(contents, .space, most: 20)
    if words.first?.count ?? 0 > 1 { return .space }
    // A line that nothing divides may stand above rows.
    let further = Separator.characters.map { character in
      rows(contents, Separator(character), most: 20).reduce(0) { $0 + $1.count - 1 }
    }
    if let most = further.max(), most > 0, let best = further.firstIndex(of: most) {
      return Separator(Separator.characters[best])
    }
    return words.contains { $0.count > 1 } ? .space : .comma
  }
}

extension FileContents {
  /// The bytes of the first line, as far as anybody looks.
  var firstLine: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: lineBytes(at: textStart).bytes.prefix(1 << 16))
  }

  /// The text of a token that is a place, with its quotes read, whatever is no UTF-8 replaced.
  func text(ofPlace token: UInt64) -> String {
    let text = String(decoding: bytes(of: token), as: UTF8.self)
    return token & 2 == 0 ? text : text.replacing("\"\"", with: "\"")
  }
}
