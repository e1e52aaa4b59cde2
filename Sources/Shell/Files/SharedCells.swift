import Commands
import Glibc
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

  fileprivate var json: JSON {
    let reports = said.compactMap(\.bytes).map { JSON.string(String(decoding: $0, as: UTF8.self)) }
    return .object(["cell": .number(number), "text": .string(text), "said": .array(reports)])
  }

  fileprivate init?(_ json: JSON) {
    guard let number = json["cell"]?.number.flatMap({ Int(exactly: $0) }),
      let text = json["text"]?.string
    else { return nil }
    let said = json["said"]?.array?.compactMap { $0.string.flatMap { Report(bytes: $0.utf8) } }
    self.init(number: number, text: text, said: said ?? [])
  }
}

/// Writes the cells of a session, one JSON object a line, into a file that others follow.
package struct Sharing {
  private let path: String

  /// Begins a new file, so that nobody follows what an earlier session did.
  package init(path: String) throws(CommandFailure) {
    self.path = path
    try Files.write([], to: path, named: path)
  }

  /// Adds a cell; false when it cannot.
  package func add(_ cell: SharedCell) -> Bool {
    let file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o644)
    guard file >= 0 else { return false }
    defer { close(file) }
    return Files.writeAll(Array((cell.json.text + "\n").utf8), to: file)
  }
}

/// Reads the cells of a session that somebody else shares, while it goes on.
package final class Following {
  private let path: String
  private var offset = 0
  private var identity: UInt64 = 0
  /// All cells that were seen, by their numbers; the newest text of a number counts.
  package private(set) var cells: [SharedCell] = []

  package init(path: String) { self.path = path }

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
    }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    lseek(file, off_t(offset), SEEK_SET)
    while case let got = read(file, &chunk, chunk.count), got > 0 { bytes += chunk[..<got] }
    guard let end = bytes.lastIndex(of: UInt8(ascii: "\n")) else { return [] }
    offset += end + 1
    let found = bytes[..<end].split(separator: UInt8(ascii: "\n")).compactMap { line in
      JSON(parsing: String(decoding: line, as: UTF8.self)).flatMap { SharedCell($0) }
    }
    for cell in found {
      cells.removeAll { $0.number == cell.number }
      cells.append(cell)
    }
    return found
  }
}
