import CLineEditor
import Commands
import Datasets
import LibC

/// Files of the machine, with failures in the words of the language.
package enum Files {
  /// The whole file, mapped where it can be.
  package static func contents(of path: String, named name: String) throws(CommandFailure)
    -> FileContents
  {
    try contents(of: Place(path), named: name)
  }

  static func contents(of place: Place, named name: String) throws(CommandFailure) -> FileContents {
    // A pipe that nobody writes to must not be waited for.
    let file = place.open(O_RDONLY | O_NONBLOCK)
    guard file >= 0 else { throw missing(place, named: name) }
    defer { close(file) }
    _ = fcntl(file, F_SETFL, fcntl(file, F_GETFL) & ~O_NONBLOCK)
    var status = stat()
    guard fstat(file, &status) == 0 else { throw failure("read", name) }
    switch status.st_mode & S_IFMT {
    case S_IFDIR:
      throw CommandFailure(
        "E0501", "`\(name)` is a folder, and a file is needed", argument: name)
    case S_IFREG:
      return try mapped(file, count: Int(status.st_size), name: name)
    default:
      return FileContents(path: name, try stream(file, name: name))
    }
  }

  static func mapped(_ file: Int32, count: Int, name: String) throws(CommandFailure)
    -> FileContents
  {
    guard count > 0 else { return FileContents(path: name, []) }
    guard let start = mmap(nil, count, PROT_READ, MAP_PRIVATE, file, 0), start != MAP_FAILED else {
      throw failure("read", name)
    }
    nonisolated(unsafe) let mapping = start
    return FileContents(path: name, bytes: UnsafeRawBufferPointer(start: start, count: count)) {
      munmap(mapping, count)
    }
  }

  /// How much of a pipe or device is read: some have no end.
  private static let mostStreamed = 2 << 30

  /// Everything that a pipe or device yields.
  private static func stream(_ file: Int32, name: String) throws(CommandFailure) -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let got = read(file, &chunk, chunk.count)
      if got < 0, errno == EINTR {
        guard mrs_signals_interrupts() == 0 else {
          throw CommandFailure("E0500", "reading `\(name)` was interrupted", argument: name)
        }
        continue
      }
      guard got >= 0 else { throw failure("read", name) }
      if got == 0 { return bytes }
      bytes.append(contentsOf: chunk[..<got])
      guard bytes.count <= mostStreamed else {
        throw CommandFailure(
          "E0500", "`\(name)` has no end, or one beyond \(mostStreamed >> 30) GB",
          help: ["it is no file but a pipe or a device"], argument: name)
      }
    }
  }

  /// The lines of a file that may be damaged, empty ones left out; none for what is no file.
  package static func lines(of path: String) -> [String] {
    guard isRegular(path), let contents = try? contents(of: path, named: path) else { return [] }
    return contents.withBytes { bytes in
      bytes.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
    }
  }

  /// Whether a file is there that has an end: no device, no pipe.
  package static func isRegular(_ path: String) -> Bool { isRegular(Place(path)) }

  static func isRegular(_ place: Place) -> Bool {
    place.status.map { $0.st_mode & S_IFMT == S_IFREG } ?? false
  }

  /// Whether something is there, and whether it is a folder.
  package static func kind(of path: String) -> FileKind? { kind(of: Place(path)) }

  static func kind(of place: Place) -> FileKind? {
    place.status.map { $0.st_mode & S_IFMT == S_IFDIR ? .folder : .file }
  }

  /// Whether it is a link, wherever that leads.
  package static func isLink(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
  }

  /// How many bytes a file has.
  static func size(of place: Place) -> Int? { place.status.map { Int($0.st_size) } }

  /// The names in a folder, sorted.
  package static func list(_ path: String, named name: String) throws(CommandFailure) -> [String] {
    try list(Place(path), named: name)
  }

  static func list(_ place: Place, named name: String) throws(CommandFailure) -> [String] {
    let file = place.open(O_RDONLY | O_DIRECTORY | O_NONBLOCK)
    guard file >= 0, let folder = fdopendir(file) else {
      let problem = failure("list", name)
      if file >= 0 { close(file) }
      throw problem
    }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let text = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if text != ".", text != ".." { names.append(text) }
    }
    return names.sorted()
  }

  /// Replaces the file in one step: whoever looks sees all of the old file or all of the new one,
  /// also after a power cut. A file that may not be written is not replaced either.
  package static func write(_ bytes: [UInt8], to path: String, named name: String)
    throws(CommandFailure)
  {
    try write(bytes, to: Place(path).destination, named: name)
  }

  /// - Parameters:
  ///   - isWanted: asked now and then; once refused, the old file stays.
  ///   - mayReplace: asked when all is ready; refused, the old file stays, which somebody has changed.
  static func write(
    _ bytes: [UInt8], to place: Place, named name: String, isWanted: () -> Bool = { true },
    mayReplace: () -> Bool = { true }
  ) throws(CommandFailure) {
    if let obstacle = obstacle(replacing: place, named: name) { throw obstacle }
    let temporary = place.sibling(".\(last(of: place.name)).\(getpid()).new")
    let file = temporary.open(O_WRONLY | O_CREAT | O_EXCL, permissions: 0o666)
    guard file >= 0 else { throw failure("write", name) }
    if let old = place.status { fchmod(file, old.st_mode & 0o7777) }
    let isWritten = writeThrough(bytes, to: file, isWanted: isWanted)
    let problem = errno
    let isClosed = close(file) == 0
    if isWritten, isClosed, !mayReplace() {
      temporary.remove()
      throw changedMeanwhile(name)
    }
    guard isWritten, isClosed, temporary.rename(to: place) else {
      if !isWritten { errno = problem }
      let failed = failure("write", name)
      temporary.remove()
      throw failed
    }
    let parent = place.parent.open(O_RDONLY | O_DIRECTORY)
    if parent >= 0 {
      fsync(parent)
      close(parent)
    }
  }

  /// Writes every byte through to the disk, which takes long for many and so is asked for in stretches; false when
  /// it cannot, or nobody wants it any more.
  private static func writeThrough(
    _ bytes: [UInt8], to file: Int32, isWanted: () -> Bool
  ) -> Bool {
    let stretch = 8 << 20
    for start in stride(from: 0, to: bytes.count, by: stretch) {
      guard isWanted() else {
        errno = EINTR
        return false
      }
      let end = min(start + stretch, bytes.count)
      guard writeAll(bytes[start..<end], to: file), end == bytes.count || fdatasync(file) == 0
      else { return false }
    }
    return fsync(file) == 0
  }

  /// Writes every byte, whatever the signals and however slow the reader; false when it cannot.
  @discardableResult
  package static func writeAll(_ bytes: [UInt8], to file: Int32) -> Bool {
    writeAll(bytes[...], to: file)
  }

  private static func writeAll(_ bytes: ArraySlice<UInt8>, to file: Int32) -> Bool {
    bytes.withUnsafeBytes { buffer in
      var done = 0
      while done < buffer.count {
        let put = LibC.write(file, buffer.baseAddress.map { $0 + done }, buffer.count - done)
        if put < 0, errno == EINTR { continue }
        if put < 0, errno == EAGAIN {
          var room = pollfd(fd: file, events: Int16(POLLOUT), revents: 0)
          _ = poll(&room, 1, -1)
          continue
        }
        if put <= 0 { return false }
        done += put
      }
      return true
    }
  }

  /// Opens a file to add to its end, and makes it when it is not there. A pipe or a device is refused:
  /// nobody may be at the other end.
  static func openAtEnd(_ path: String, flags: Int32 = 0, permissions: mode_t)
    throws(CommandFailure) -> Int32
  {
    let file = open(
      path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | flags, permissions)
    guard file >= 0 else {
      let problem = failure("write", path)
      throw obstacle(replacing: Place(path), named: path) ?? problem
    }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(file)
      throw obstacle(replacing: Place(path), named: path) ?? failure("write", path)
    }
    return file
  }

  /// Makes the folder and those it lies in; false when it cannot.
  package static func makeFolder(_ path: String, mode: mode_t = 0o700) -> Bool {
    if kind(of: path) == .folder { return true }
    let parent = folder(of: path)
    guard parent == path || makeFolder(parent, mode: mode) else { return false }
    return mkdir(path, mode) == 0 || errno == EEXIST
  }

  /// Where files lie that are soon gone.
  static var temporaryFolder: String {
    Terminal.environment("TMPDIR").flatMap { $0.isEmpty ? nil : $0 } ?? P_tmpdir
  }

  /// The folder that a path lies in.
  package static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// The last name of a path.
  package static func last(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
  }
}
