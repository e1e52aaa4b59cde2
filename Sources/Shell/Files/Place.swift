import LibC

/// A file or folder held open.
final class Descriptor: Sendable {
  let number: Int32

  private init(_ number: Int32) { self.number = number }

  /// What was opened; nil, with `errno` as it is, when the number says that this has failed.
  static func holding(_ number: Int32) -> Descriptor? { number < 0 ? nil : Descriptor(number) }

  deinit { close(number) }
}

/// What the system is told of a file or a folder: a path with whatever links are in it, or a single name in
/// a folder that is held open, where nothing that changes meanwhile leads elsewhere.
package struct Place: Sendable {
  /// The folder that the name is in; nil is the current one.
  private let folder: Descriptor?
  let name: String
  private let followsLinks: Bool

  /// Wherever a path leads.
  package init(_ path: String) {
    folder = nil
    name = path
    followsLinks = true
  }

  /// A name without slashes in a folder.
  ///
  /// - Parameter followsLinks: for links that have no text that could be followed, such as those of pipes in
  ///   /proc.
  init(_ name: String, in folder: Descriptor, followsLinks: Bool = false) {
    self.folder = folder
    self.name = name
    self.followsLinks = followsLinks
  }

  /// What has another name in the same folder.
  func sibling(_ other: String) -> Place {
    if let folder { return Place(other, in: folder) }
    return Place(Files.folder(of: name) + "/" + other)
  }

  /// The folder that it lies in.
  var parent: Place { folder.map { Place(".", in: $0) } ?? Place(Files.folder(of: name)) }

  /// The same with links followed as far as they lead somewhere, so that replacing it keeps them.
  var destination: Place {
    guard folder == nil, let real = realpath(name, nil) else { return self }
    defer { free(real) }
    return Place(String(cString: real))
  }

  /// Opens it; negative, with `errno` set, when that fails.
  func open(_ flags: Int32, permissions: mode_t = 0) -> Int32 {
    let more = O_CLOEXEC | (followsLinks ? 0 : O_NOFOLLOW)
    return within { openat($0, name, flags | more, permissions) }
  }

  /// What is there; nil, with `errno` set, when nothing is.
  var status: stat? {
    var found = stat()
    let flags = followsLinks ? 0 : AT_SYMLINK_NOFOLLOW
    return within { fstatat($0, name, &found, flags) } == 0 ? found : nil
  }

  /// Whether this process has a right (`R_OK`, `W_OK`) to it; sets `errno` when not.
  func allows(_ right: Int32) -> Bool {
    let flags = AT_EACCESS | (followsLinks ? 0 : AT_SYMLINK_NOFOLLOW)
    return within { faccessat($0, name, right, flags) } == 0
  }

  /// Gives it the name of the other, in the place of what has it.
  func rename(to other: Place) -> Bool {
    within { from in other.within { renameat(from, name, $0, other.name) } } == 0
  }

  func remove() { _ = within { unlinkat($0, name, 0) } }

  private func within<Result>(_ body: (Int32) -> Result) -> Result {
    withExtendedLifetime(folder) { body(folder?.number ?? AT_FDCWD) }
  }
}
