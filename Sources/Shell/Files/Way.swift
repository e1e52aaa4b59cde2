import LibC

/// The way that a path leads, gone name by name from the root, with every folder on it held open. A link is
/// read once and followed by its text, and `..` goes back to the folder that the way came from: whatever is
/// renamed or linked anew meanwhile, what is opened at its end lies in the folders that it names.
struct Way {
  /// The folders from the root on, each with its name in the one before.
  private var folders: [(name: String, folder: Descriptor)] = []
  /// What stands in the last folder; nil where the way ends at the folder itself.
  private var end: String?
  /// Whether the end is a link that has no text to follow: a pipe or socket among those of a process.
  private var endsAtAnonymousLink = false
  /// The names from the one on that could not be gone to.
  private(set) var rest: [String] = []
  /// Why not (`errno`); 0 where the way was gone to its end. What is not there can end a way.
  private(set) var problem: Int32 = 0
  /// How many links were followed.
  private(set) var links = 0

  init(to path: String) {
    guard let start = path.hasPrefix("/") ? "/" : Way.currentFolder,
      let root = Descriptor.holding(LibC.open("/", Way.pathOnly | O_DIRECTORY | O_CLOEXEC))
    else {
      problem = errno
      rest = Way.names(in: path)
      return
    }
    folders = [("", root)]
    var waiting: [String] = Way.names(in: start + "/" + path).reversed()
    while let name = waiting.popLast() {
      if end != nil {
        problem = ENOTDIR
      } else if name == ".." {
        if folders.count > 1 { folders.removeLast() }
      } else if name != "." {
        take(name, &waiting)
      }
      guard problem == 0 else {
        rest = [name] + waiting.reversed()
        return
      }
    }
  }

  /// The real path of the last folder.
  var folderPath: String { "/" + folders.dropFirst().map { $0.name }.joined(separator: "/") }

  /// The real path of its end, as far as that is known.
  var path: String {
    "/"
      + (folders.dropFirst().map { $0.name } + (end.map { [$0] } ?? []) + rest)
      .joined(separator: "/")
  }

  /// Whether it ends at a folder.
  var isFolder: Bool { problem == 0 && end == nil }

  /// What is at its end; nil when it was not gone to its end.
  var place: Place? {
    guard problem == 0, let last = folders.last?.folder else { return nil }
    guard let end else { return Place(".", in: last) }
    return Place(end, in: last, followsLinks: endsAtAnonymousLink)
  }

  /// Whether its last folder is the one at a real path or lies in that.
  func lies(within folder: String) -> Bool {
    !folders.isEmpty
      && (folderPath == folder || folderPath.hasPrefix(folder == "/" ? "/" : folder + "/"))
  }

  /// Goes on from the last folder to a name in it; a link puts the names of its text before those that wait.
  private mutating func take(_ name: String, _ waiting: inout [String]) {
    guard let last = folders.last?.folder else { return }
    let flags = Way.pathOnly | O_NOFOLLOW | O_CLOEXEC
    // Asking for a folder mounts what is mounted only when it is needed.
    if let folder = Descriptor.holding(openat(last.number, name, flags | O_DIRECTORY)) {
      return folders.append((name, folder))
    }
    guard errno == ENOTDIR || errno == ELOOP,
      let found = Descriptor.holding(openat(last.number, name, flags))
    else {
      if errno == ENOENT, waiting.isEmpty { end = name } else { problem = errno }
      return
    }
    var status = stat()
    guard fstat(found.number, &status) == 0 else {
      problem = errno
      return
    }
    switch status.st_mode & S_IFMT {
    case S_IFDIR: folders.append((name, found))
    case S_IFLNK: follow(found, name, &waiting)
    default: end = name
    }
  }

  private mutating func follow(_ link: Descriptor, _ name: String, _ waiting: inout [String]) {
    links += 1
    guard links <= Way.mostLinks, let text = Way.text(of: link) else {
      problem = links > Way.mostLinks ? ELOOP : errno
      return
    }
    // Those have texts such as `pipe:[123]`.
    if text.contains(":["), folderPath.hasPrefix("/proc/") {
      (end, endsAtAnonymousLink) = (name, true)
      return
    }
    if text.hasPrefix("/") { folders.removeLast(folders.count - 1) }
    waiting += Way.names(in: text).reversed()
  }

  /// As many as the system follows in one path.
  private static let mostLinks = 40

  /// O_PATH, which Swift does not see: a descriptor that only says which file or folder is meant.
  private static let pathOnly: Int32 = 0o10000000

  private static func text(of link: Descriptor) -> String? {
    var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlinkat(link.number, "", &bytes, bytes.count)
    guard count >= 0 else { return nil }
    return String(decoding: bytes.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// The names of a path; a slash at its end asks for a folder, as `.` does.
  private static func names(in path: String) -> [String] {
    path.split(separator: "/").map(String.init) + (path.hasSuffix("/") ? ["."] : [])
  }

  private static var currentFolder: String? {
    guard let path = getcwd(nil, 0) else { return nil }
    defer { free(path) }
    return String(cString: path)
  }
}
