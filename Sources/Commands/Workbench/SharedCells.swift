import Language
import Reports

/// A cell of somebody else's session, as it stands in the file that the session is shared in.
package struct SharedCell: Sendable, Equatable {
  package var number: Int
  package var text: String
  /// What it said; whoever follows sees it in the width of their own screen.
  package var said: [Report]

  package init(number: Int, text: String, said: [Report]) {
    self.number = number
    self.text = text
    self.said = said
  }

  fileprivate var members: KeyValuePairs<String, JSON> {
    let reports = said.compactMap(\.bytes).map { JSON.string(String(decoding: $0, as: UTF8.self)) }
    return ["cell": .number(number), "text": .string(text), "said": .array(reports)]
  }

  /// Nil for what is no cell. The commands of the prompt are none: to pull `pull` would have no end.
  ///
  /// - Parameter isSealed: whether the line has a digest, which those of earlier versions have not.
  fileprivate init?(_ json: JSON, isSealed: Bool) {
    guard case .object(let members) = json else { return nil }
    let known = ["cell", "text", "said"] + (isSealed ? ["after", "sha256"] : [])
    guard members.allSatisfy({ known.contains($0.name) }),
      let number = json["cell"]?.number.flatMap({ Int(exactly: $0) }),
      let text = json["text"]?.string, !isNotebookCommand(text, in: commands)
    else { return nil }
    let said = json["said"]?.array?.compactMap { $0.string.flatMap { Report(bytes: $0.utf8) } }
    self.init(number: number, text: text, said: said ?? [])
  }
}

/// Where the cells of a session go that others follow.
package protocol CellSink: AnyObject {
  /// Adds a cell; false when it cannot.
  func add(_ cell: SharedCell) -> Bool
}

/// Where the cells of somebody else's session come from, while it goes on.
package protocol CellFeed: AnyObject {
  /// All cells that were seen, by their numbers; the newest text of a number counts.
  var cells: [SharedCell] { get }
  /// The cells that have come since this was asked last.
  func news() -> [SharedCell]
  /// What is to be said of cells that are damaged; asked once, it is not said again.
  func warning() -> String?
}

extension LineSeal {
  /// A cell as the next line: one JSON object with a digest of it, its end included.
  package mutating func line(_ cell: SharedCell) -> [UInt8] { line(cell.members) }
}

/// Reads the lines of a file that a session is shared in, whatever they hold.
package struct SharedCellReader {
  /// All cells that were seen, by their numbers; the newest text of a number counts.
  package private(set) var cells: [SharedCell] = []
  private var seal = LineSeal()
  private var isSealed = false
  /// How many lines were read.
  private var count = 0
  /// What is wrong with lines that have come since this was asked last; nil when nothing is.
  private var remark: (first: String, others: Int)?

  package init() {}

  /// Starts a new chain for another session in the same file; cells seen so far stay.
  package mutating func restart() { (seal, isSealed, count) = (LineSeal(), false, 0) }

  /// The cell that the next line holds; nil, which is remarked, when it holds none that is whole.
  ///
  /// - Parameter line: a line without its end; nil stands for one that is too long to be kept.
  package mutating func cell(in line: ArraySlice<UInt8>?) -> SharedCell? {
    count += 1
    guard let line else {
      note("line \(count) is too long to be a cell and is passed over")
      return nil
    }
    isSealed = isSealed || LineSeal.isSealed(line)
    var json: JSON?
    var follows = true
    if isSealed {
      let read = seal.read(line)
      json = read?.record
      follows = read?.follows ?? true
    } else {
      json = JSON(parsing: String(decoding: line, as: UTF8.self))
    }
    guard let cell = json.flatMap({ SharedCell($0, isSealed: isSealed) }) else {
      note("line \(count) is damaged or no cell and is passed over")
      return nil
    }
    if !follows { note("before line \(count) something is missing") }
    cells.removeAll { $0.number == cell.number }
    cells.append(cell)
    return cell
  }

  /// What is to be said of lines that are damaged; asked once, it is not said again.
  package mutating func warning(_ name: String) -> String? {
    guard let (first, others) = remark else { return nil }
    remark = nil
    return "`\(name)`, \(first)" + (others > 0 ? "; and \(others) more lines" : "")
  }

  private mutating func note(_ text: String) {
    remark = (remark?.first ?? text, remark.map { $0.others + 1 } ?? 0)
  }
}
