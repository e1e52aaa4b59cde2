import Commands
import LibC

/// Writes the cells of a session, one JSON object a line with a digest of it, into a file that others
/// follow.
package final class Sharing: CellSink {
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
    guard Files.writeAll(next.line(cell), to: file) else {
      // What was written of it would spoil the line after it.
      ftruncate(file, status.st_size)
      return false
    }
    seal = next
    return true
  }
}

/// Reads the cells of a session that somebody else shares, while it goes on.
package final class Following: CellFeed {
  private let path: String
  private var offset = 0
  private var identity: UInt64 = 0
  private var reader = SharedCellReader()

  package init(path: String) { self.path = path }

  package var cells: [SharedCell] { reader.cells }

  package func warning() -> String? { reader.warning(path) }

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
      reader.restart()
    }
    var found: [SharedCell] = []
    eachLine(of: file) { line in
      if let cell = reader.cell(in: line) { found.append(cell) }
    }
    return found
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
}
