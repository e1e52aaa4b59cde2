/// A character that is drawn and not written: dots of braille, lines of boxes, blocks of bars.
struct CellShape {
  /// Rectangles in a cell whose width and height are 1.
  private var parts: [(x: Double, y: Double, width: Double, height: Double)] = []

  /// Nil for what fonts are for.
  init?(_ character: Character) {
    guard character.unicodeScalars.count == 1, let scalar = character.unicodeScalars.first else {
      return nil
    }
    switch scalar.value {
    case 0x2801...0x28FF: addDots(scalar.value - 0x2800)
    case 0x2581...0x2588:
      let height = Double(scalar.value - 0x2580) / 8
      parts.append((0, 1 - height, 1, height))
    case 0x2589...0x258F: parts.append((0, 0, Double(0x2590 - scalar.value) / 8, 1))
    default:
      guard let ways = CellShape.ways[character] else { return nil }
      addLines(ways)
    }
  }

  /// The path of it (SVG 1.1, 8.3), for a cell that begins `left` from where the path starts.
  func path(left: Double, width: Double, height: Double) -> String {
    parts.map { part in
      let (x, y) = (SVG.number(left + part.x * width), SVG.number(part.y * height))
      let across = SVG.number(part.width * width)
      return "M\(x) \(y)h\(across)v\(SVG.number(part.height * height))h-\(across)z"
    }.joined()
  }

  /// Unicode's numbers of the dots: three down the left, three down the right, then the lowest two.
  private mutating func addDots(_ bits: UInt32) {
    let places = [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3)]
    for (bit, place) in places.enumerated() where bits >> UInt32(bit) & 1 == 1 {
      parts.append((0.14 + 0.5 * Double(place.0), 0.08 + 0.25 * Double(place.1), 0.25, 0.11))
    }
  }

  private mutating func addLines(_ ways: String) {
    let (thin, flat) = (0.12, 0.053)
    for way in ways {
      switch way {
      case "l": parts.append((0, 0.5 - flat / 2, 0.5 + thin / 2, flat))
      case "r": parts.append((0.5 - thin / 2, 0.5 - flat / 2, 0.5 + thin / 2, flat))
      case "u": parts.append((0.5 - thin / 2, 0, thin, 0.5 + flat / 2))
      default: parts.append((0.5 - thin / 2, 0.5 - flat / 2, thin, 0.5 + flat / 2))
      }
    }
  }

  /// Where the lines of boxes go from the middle of their cell: left, right, up, down.
  private static let ways: [Character: String] = [
    "─": "lr", "│": "ud", "┌": "rd", "┐": "ld", "└": "ru", "┘": "lu", "├": "rud", "┤": "lud",
    "┬": "lrd", "┴": "lru", "┼": "lrud", "╭": "rd", "╮": "ld", "╰": "ru", "╯": "lu",
  ]
}
