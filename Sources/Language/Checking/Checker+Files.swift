extension Checker {
  /// Says which files that a command reads are not there, unless the script writes them before, and
  /// which of those it writes are its own sources.
  mutating func checkFiles(
    _ arguments: [Argument], _ written: [ArgumentSyntax], _ binding: Binding,
    of type: any Configurable.Type
  ) {
    for (index, taker) in binding.takers.enumerated() {
      guard let taker, taker.isPath, let path = arguments[index].value?.text,
        taker.members?.names.contains(path) != true,
        !binding.problems.contains(where: { $0.argument == index })
      else { continue }
      let range = written[index].value.range
      let isRead = taker.completion.isRead && !type.gives.isEmpty
      guard let found = isRead ? read(path, range) : write(path, range) else { continue }
      var diagnostic = found
      if conditions > 0 { diagnostic.severity = .warning }
      diagnostics.append(diagnostic)
    }
  }

  private mutating func read(_ path: String, _ range: SourceRange) -> Diagnostic? {
    let name = plain(path)
    touched.readers[name] = range
    guard !touched.written.contains(name) else { return nil }
    return context.files?.obstacleToReading(path)?.diagnostic(at: range)
  }

  private mutating func write(_ path: String, _ range: SourceRange) -> Diagnostic? {
    let name = plain(path)
    defer { touched.written.insert(name) }
    if let problem = context.files?.obstacleToWriting(path) { return problem.diagnostic(at: range) }
    // A file that the script itself has made may be made again.
    guard !touched.written.contains(name) else { return nil }
    let isOwn = name == including.first.map(plain)
    let reader = touched.readers[name] ?? folderReader(of: name, path)
    guard isOwn || reader != nil else { return nil }
    var found = Diagnostic(
      "E0516",
      "`\(path)` is \(isOwn ? "this script" : "an input of this script"), and this would "
        + "overwrite it", at: range, help: ["write to another file"])
    if let reader, reader.upper > 0, !isOwn { found.secondary = [.init(reader, "read here")] }
    return found
  }

  /// Where a folder is read in which the file lies, if it is there already.
  private func folderReader(of name: String, _ path: String) -> SourceRange? {
    guard let files = context.files,
      // The nearest of several.
      let folder = touched.readers.filter({ name.hasPrefix($0.key + "/") })
        .stablySorted(descending: true, by: { $0.key.utf8.count }).first,
      files.exists(path)
    else { return nil }
    return folder.value
  }

  /// The path without steps that lead nowhere.
  func plain(_ path: String) -> String {
    let isAbsolute = path.hasPrefix("/")
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
      if part == "..", let last = parts.last, last != ".." {
        parts.removeLast()
      } else {
        parts.append(part)
      }
    }
    return (isAbsolute ? "/" : "") + parts.joined(separator: "/")
  }
}

/// The files that the arguments of a script's commands name, by whether they are read or written.
struct TouchedFiles: Equatable {
  /// Where each is read; an empty range in another file.
  var readers: [String: SourceRange] = [:]
  var written: Set<String> = []

  /// The same files for a source in which these ranges mean nothing.
  var forgettingPlaces: TouchedFiles {
    TouchedFiles(readers: readers.mapValues { _ in SourceRange(0, 0) }, written: written)
  }

  /// What an included file did besides, all of it where it was included.
  func joined(with inner: TouchedFiles, at range: SourceRange) -> TouchedFiles {
    TouchedFiles(
      readers: readers.merging(inner.readers.mapValues { _ in range }) { own, _ in own },
      written: written.union(inner.written))
  }
}

extension CompletionKind {
  /// Whether a value of this kind is the name of a file or folder.
  package var isPath: Bool {
    switch self {
    case .file, .writtenFile, .folder: true
    case .nothing, .live: false
    }
  }

  /// Whether the command writes what it names.
  package var isWritten: Bool { !isRead }

  /// Whether what it names must be there before the command runs.
  fileprivate var isRead: Bool {
    if case .writtenFile = self { false } else { true }
  }
}
