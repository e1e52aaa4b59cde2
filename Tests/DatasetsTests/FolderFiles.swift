import Datasets
import LibC

/// Files below one folder of the disk, mapped; what the shell does, without the shell.
final class FolderFiles: FileSource {
  private let root: String

  init(_ root: String) { self.root = root }

  func read(_ path: String) throws(DatasetError) -> FileContents {
    let descriptor = open(filePath(root, path), O_RDONLY)
    guard descriptor >= 0 else { throw DatasetError("there is no file `\(path)`", code: "E0501") }
    defer { close(descriptor) }
    let size = Int(lseek(descriptor, 0, SEEK_END))
    guard size > 0, let base = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0),
      base != MAP_FAILED
    else { return FileContents(path: path, [UInt8]()) }
    nonisolated(unsafe) let mapped = base
    return FileContents(
      path: path, bytes: UnsafeRawBufferPointer(start: base, count: size)
    ) { munmap(mapped, size) }
  }

  func kind(of path: String) -> FileKind? {
    var information = stat()
    guard stat(filePath(root, path), &information) == 0 else { return nil }
    return information.st_mode & S_IFMT == S_IFDIR ? .folder : .file
  }

  func list(_ path: String) throws(DatasetError) -> [String] {
    guard let folder = opendir(filePath(root, path)) else {
      throw DatasetError("there is no folder `\(path)`", code: "E0501")
    }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted()
  }
}

/// The project's folder.
let projectFolder = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }

/// The folder of a fetched data set, or nil where nobody has fetched it (`scripts/fetch-data`).
func fetched(_ name: String) -> FolderFiles? {
  let files = FolderFiles(projectFolder + "/.data")
  return files.kind(of: name) == .folder ? files : nil
}
