import Glibc
import MetaRec

/// A host that reads and writes beneath one folder. Paths are gone name by name with the folders on the way held open;
/// no link is followed and `..` is refused, so that nothing a script writes leads outside.
///
/// The library itself reaches no files: which of them scripts may see is for the program to say.
final class FolderHost: LaboratoryHost {
  private let root: Int32

  init(_ folder: String) throws {
    root = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard root >= 0 else { throw LaboratoryError("E0501", "there is no folder `\(folder)`") }
  }

  deinit { close(root) }

  func read(_ path: String) throws -> [UInt8] {
    try at(path) { folder, name in
      let file = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
      guard file >= 0 else { throw LaboratoryError("E0501", "there is no file `\(path)`") }
      defer { close(file) }
      var status = stat()
      guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
        throw LaboratoryError("E0500", "`\(path)` is no file")
      }
      var bytes: [UInt8] = []
      var chunk = [UInt8](repeating: 0, count: 1 << 16)
      while true {
        let got = Glibc.read(file, &chunk, chunk.count)
        guard got >= 0 else { throw LaboratoryError("E0500", "`\(path)` could not be read") }
        if got == 0 { return bytes }
        bytes += chunk[..<got]
      }
    }
  }

  /// Writes beside the file and renames, so that it is replaced as a whole or not at all.
  func write(_ bytes: [UInt8], to path: String) throws {
    try at(path) { folder, name in
      let failure = LaboratoryError("E0504", "`\(path)` could not be written")
      let draft = ".\(name).new"
      let file = openat(folder, draft, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o644)
      guard file >= 0 else { throw failure }
      defer { close(file) }
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
        guard count > 0 else { throw failure }
        rest = rest.dropFirst(count)
      }
      guard fsync(file) == 0, renameat(folder, draft, folder, name) == 0 else { throw failure }
    }
  }

  func kind(of path: String) -> PathKind? {
    try? at(path) { folder, name in
      var status = stat()
      guard fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return nil }
      switch status.st_mode & S_IFMT {
      case S_IFDIR: return .folder
      case S_IFREG: return .file
      default: return nil
      }
    }
  }

  func list(_ path: String) throws -> [String] {
    try at(path) { folder, name in
      let file = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
      guard file >= 0, let entries = fdopendir(file) else {
        throw LaboratoryError("E0501", "there is no folder `\(path)`")
      }
      defer { closedir(entries) }
      var names: [String] = []
      while let entry = readdir(entries) {
        names.append(
          withUnsafeBytes(of: entry.pointee.d_name) {
            String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
          })
      }
      return names.filter { $0 != "." && $0 != ".." }
    }
  }

  /// Does something with the last name of a path in the folder that it is in, which is held open.
  private func at<T>(_ path: String, _ work: (Int32, String) throws -> T) throws -> T {
    let names = path.split(separator: "/").filter { $0 != "." }.map(String.init)
    guard !path.hasPrefix("/"), !names.contains("..") else {
      throw LaboratoryError("E0506", "`\(path)` lies outside of the folder of this program")
    }
    var folder = dup(root)
    defer { close(folder) }
    for name in names.dropLast() {
      let next = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
      guard next >= 0 else { throw LaboratoryError("E0501", "there is no folder `\(name)`") }
      close(folder)
      folder = next
    }
    return try work(folder, names.last ?? ".")
  }
}

/// Files of a folder of the disk, and of no other.
@Sendable func readAFolder() async throws {
  var template = Array("/tmp/embedding-XXXXXX".utf8CString)
  guard mkdtemp(&template) != nil else { throw Unexpected(what: "no folder for a trial") }
  let folder = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  let host = try FolderHost(folder)
  try host.write(Array(Shop.csv.utf8), to: "ratings.csv")
  symlink("/etc/passwd", folder + "/link.csv")
  let lab = try Laboratory(host: host)
  try lab.perform("load \"ratings.csv\"; export \"copy.csv\"")
  try expect(try host.list(".").sorted() == ["copy.csv", "link.csv", "ratings.csv"], "its files")
  for path in ["/etc/passwd", "../etc/passwd", "link.csv"] {
    do {
      try lab.perform("load \"\(path)\"")
      throw Unexpected(what: "\(path) was read")
    } catch let error as LaboratoryError {
      print("  \(error.code) \(error.message)")
    }
  }
  for name in ["copy.csv", "link.csv", "ratings.csv"] { unlink(folder + "/" + name) }
  rmdir(folder)
}
