import Language

/// Lines as a terminal shows them, colours and all, as an SVG picture for light and dark pages.
///
/// Every stretch of text says how wide it is, so that columns stand below each other in any fixed-width font; lines of
/// boxes, bars and braille dots are drawn, since few fonts have them all.
package struct TerminalPicture {
  private let title: String
  private let lines: [String]

  /// - Parameter lines: with SGR sequences (ECMA-48), as the renderer for terminals writes them.
  package init(_ lines: [String], title: String) {
    self.lines = lines
    self.title = title
  }

  private static let (cellWidth, cellHeight) = (8.4, 19.0)
  private static let (margin, bar) = (18.0, 34.0)

  /// The whole `svg` element, ending with a line end.
  package var text: String {
    let stretches = lines.map { Stretch.all(of: $0) }
    let columns = stretches.map { $0.last.map { $0.column + $0.width } ?? 0 }.max() ?? 0
    let width = 2 * Self.margin + Double(max(40, columns)) * Self.cellWidth
    let height = Self.bar + Double(lines.count) * Self.cellHeight + Self.margin
    var text = """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(SVG.number(width)) \(SVG.number(height))" \
      width="\(SVG.number(width))" height="\(SVG.number(height))" role="img" xml:space="preserve">
      <title>\(markup(title))</title>
      <style>
      \(Self.style)</style>
      <rect class="ground" x="0.5" y="0.5" width="\(SVG.number(width - 1))" \
      height="\(SVG.number(height - 1))" rx="9"/>

      """
    for place in 0..<3 {
      text += "<circle class=\"knob\" cx=\"\(20 + 18 * place)\" cy=\"18\" r=\"5\"/>\n"
    }
    for (row, stretches) in stretches.enumerated() {
      let top = Self.bar + Double(row) * Self.cellHeight
      for stretch in stretches { text += stretch.element(top: top) }
    }
    return text + "</svg>\n"
  }

  /// The terminal's own colours, for light pages and for dark ones.
  private static let style = """
    text { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; \
    white-space: pre; }
    .b { font-weight: 600; } .u { text-decoration: underline; }
    .ground { fill: #fcfcfd; stroke: #d5d8de; } .knob { fill: #d5d8de; }
    .ink { fill: #1a1a1a; } .dim { fill: #667; }
    .c1 { fill: #b3261e; } .c2 { fill: #00704d; } .c3 { fill: #8a4b00; } .c4 { fill: #0b57a4; }
    .c5 { fill: #7a3e9d; } .c6 { fill: #0a6b7d; }
    @media (prefers-color-scheme: dark) {
      .ground { fill: #16181c; stroke: #3a3d44; } .knob { fill: #3a3d44; }
      .ink { fill: #e4e4e4; } .dim { fill: #99a; }
      .c1 { fill: #ff8b80; } .c2 { fill: #6fd3ac; } .c3 { fill: #f0b060; } .c4 { fill: #7db7ff; }
      .c5 { fill: #d6a0ff; } .c6 { fill: #6cd0e4; }
    }

    """

  /// What stands in one look beside each other in one line.
  private struct Stretch {
    var column: Int
    var width = 0
    var look: Look
    /// Letters; empty where it is drawn.
    var letters = ""
    /// A path, with its start at the upper left corner of its first cell.
    var drawing = ""

    func element(top: Double) -> String {
      let left = margin + Double(column) * cellWidth
      let attributes = look.attributes
      if letters.isEmpty {
        return
          "<path\(attributes) transform=\"translate(\(SVG.number(left)) \(SVG.number(top)))\" d=\"\(drawing)\"/>\n"
      }
      return "<text\(attributes) x=\"\(SVG.number(left))\" y=\"\(SVG.number(top + 14))\" "
        + "textLength=\"\(SVG.number(Double(width) * cellWidth))\" lengthAdjust=\"spacingAndGlyphs\">"
        + "\(markup(letters))</text>\n"
    }

    /// The stretches of a line; what is not there is space.
    static func all(of line: String) -> [Stretch] {
      var (all, look, column): ([Stretch], Look, Int) = ([], Look(), 0)
      var rest = line[...]
      var pendingSpaces = 0
      while let character = rest.first {
        if rest.hasPrefix("\u{1B}["), let end = rest.firstIndex(of: "m") {
          look.take(rest[rest.index(rest.startIndex, offsetBy: 2)..<end])
          rest = rest[rest.index(after: end)...]
          continue
        }
        rest.removeFirst()
        let width = displayWidth(character)
        defer { column += width }
        if character == " " {
          pendingSpaces += 1
          continue
        }
        let shape = CellShape(character)
        let gap = pendingSpaces
        pendingSpaces = 0
        if let last = all.last, last.look == look, last.letters.isEmpty == (shape != nil),
          last.column + last.width + gap == column, gap < 2, shape == nil || gap == 0
        {
          all[all.count - 1].letters += String(repeating: " ", count: shape == nil ? gap : 0)
        } else {
          all.append(Stretch(column: column, look: look))
        }
        let place = all.count - 1
        if let shape {
          let offset = Double(column - all[place].column) * cellWidth
          all[place].drawing += shape.path(left: offset, width: cellWidth, height: cellHeight)
        } else {
          all[place].letters.append(character)
        }
        all[place].width = column + width - all[place].column
      }
      return all
    }
  }

  /// What SGR sequences have set.
  private struct Look: Equatable {
    var isBold = false
    var isDim = false
    var isUnderlined = false
    /// 1 to 6, one of the terminal's own, or what stands for a colour of the palette of 256.
    var colour: String?

    mutating func take(_ parameters: Substring) {
      let codes = parameters.split(separator: ";", omittingEmptySubsequences: false).map {
        Int($0) ?? 0
      }
      if codes.count == 3, codes[0] == 38, codes[1] == 5 {
        colour = Palette.hex(codes[2])
        return
      }
      for code in codes {
        switch code {
        case 0: self = Look()
        case 1: isBold = true
        case 2: isDim = true
        case 4: isUnderlined = true
        case 31...36: colour = "c\(code - 30)"
        default: break
        }
      }
    }

    var attributes: String {
      var classes = [isDim ? "dim" : "ink"]
      var fill = ""
      if let colour, colour.hasPrefix("#") { fill = " fill=\"\(colour)\"" }
      if let colour { classes = fill.isEmpty ? [colour] : [] }
      if isBold { classes.append("b") }
      if isUnderlined { classes.append("u") }
      return (classes.isEmpty ? "" : " class=\"\(classes.joined(separator: " "))\"") + fill
    }
  }
}

/// The colours that terminals have by number.
private enum Palette {
  /// A colour of the cube of 6 × 6 × 6, or a grey, as `#rrggbb`.
  static func hex(_ number: Int) -> String {
    let steps = [0, 95, 135, 175, 215, 255]
    let parts =
      number >= 232
      ? Array(repeating: 8 + 10 * (min(number, 255) - 232), count: 3)
      : [36, 6, 1].map { steps[max(0, number - 16) / $0 % 6] }
    return "#" + parts.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
