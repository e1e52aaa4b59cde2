import Commands
import Glibc
import Language
import Reports

/// A cell of somebody else's session, as it stands in the file that the session is shared in.
package struct SharedCell: Sendable, Equatable {
  package var number: Int
  package var text: String
  /// What it said; whoever follows sees it in the width of her own screen.
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

/// Writes the cells of a session, one JSON object a line with a digest of it, into a file that others
/// follow.
package final class Sharing {
  private let path: String
  private var seal = LineSeal()

  /// Begins a new file, so that nobody follows what an earlier session did.
  package init(path: String) throws(CommandFailure) {
    self.path = path
    try Files.write([], to: path, named: path)
  }

  /// Adds a cell; false when it cannot.
  package func add(_ cell: SharedCell) -> Bool {
    guard let file = try? Files.openAtEnd(path, permissions: 0o644) else { return false }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { return false }
    var next = seal
    guard Files.writeAll(next.line(cell.members), to: file) else {
      // What was written of it would spoil the line after it.
      ftruncate(file, status.st_size)
      return false
    }
    seal = next
    return true
  }
}

/// Reads the cells of a session that somebody else shares, while it goes on.
package final class Following {
  private let path: String
  private var offset = 0
  private var identity: UInt64 = 0
  private var seal = LineSeal()
  private var isSealed = false
  /// How many lines were read.
  private var count = 0
  /// All cells that were seen, by their numbers; the newest text of a number counts.
  package private(set) var cells: [SharedCell] = []
  /// What is wrong with lines that have come since this was asked last; nil when nothing is.
  private var remark: (first: String, others: Int)?

  package init(path: String) { self.path = path }

  /// How many bytes a line may have: nobody reads more.
  private static let longestLine = 32 << 20

  /// The cells that have come since this was asked last. A line that is not finished yet waits.
  package func news() -> [SharedCell] {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { return [] }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return [] }
    // Another file in its place, or a shorter one, is another session.
    if UInt64(status.st_ino) != identity || Int(status.st_size) < offset {
      (offset, identity) = (0, UInt64(status.st_ino))
      (seal, isSealed, count) = (LineSeal(), false, 0)
    }
    var found: [SharedCell] = []
    eachLine(of: file) { line in
      count += 1
      if let cell = cell(in: line) { found.append(cell) }
    }
    for cell in found {
      cells.removeAll { $0.number == cell.number }
      cells.append(cell)
    }
    return found
  }

  /// What is to be said of lines that are damaged; asked once, it is not said again.
  package func warning() -> String? {
    guard let (first, others) = remark else { return nil }
    remark = nil
    return "`\(path)`, \(first)" + (others > 0 ? "; and \(others) more lines" : "")
  }

  /// Goes through the finished lines behind the offset; nil stands for one that is too long.
  private func eachLine(of file: Int32, _ body: (ArraySlice<UInt8>?) -> Void) {
    var line: [UInt8] = []
    var isTooLong = false
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    var at = offset
    lseek(file, off_t(offset), SEEK_SET)
    while case let got = read(file, &chunk, chunk.count), got > 0 {
      var rest = chunk[..<got]
      while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
        line += rest[..<end]
        body(isTooLong || line.count > Self.longestLine ? nil : line[...])
        (line, isTooLong) = ([], false)
        offset = at + end + 1
        rest = rest[(end + 1)...]
      }
      line += rest
      if line.count > Self.longestLine { (line, isTooLong) = ([], true) }
      at += got
    }
  }

  /// The cell that a line holds; nil, which is remarked, when it holds none that is whole.
  private func cell(in line: ArraySlice<UInt8>?) -> SharedCell? {
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
    return cell
  }

  private func note(_ text: String) {
    remark = (remark?.first ?? text, remark.map { $0.others + 1 } ?? 0)
  }
}
