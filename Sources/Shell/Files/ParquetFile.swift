import CLineEditor
import Commands
import Datasets
import LibC

/// A Parquet file, read as the table that DuckDB's command writes of it: columns by name, separated by commas. There is
/// no other reader of that format here.
struct ParquetFile {
  let name: String
  private let place: Place

  /// Nil where the bytes of a file are no Parquet.
  init?(_ contents: FileContents, at place: Place) {
    guard contents.isParquet else { return nil }
    (name, self.place) = (contents.path, place)
  }

  /// The refusal of a script that may run no other program.
  var refusal: CommandFailure {
    CommandFailure(
      "E0506", "`\(name)` is a Parquet file, which the program duckdb reads",
      help: ["scripts run no other program; `--programs` on the command line lets them"],
      argument: name)
  }

  /// The table as text. It is written to a file that has no name any more, and is gone with the contents.
  ///
  /// - Parameter isWanted: asked while the program runs, which ends once it is refused.
  func table(while isWanted: () -> Bool) throws(CommandFailure) -> FileContents {
    let file = place.open(O_RDONLY)
    guard file >= 0 else { throw Files.failure("read", name) }
    defer { close(file) }
    guard let table = Files.nameless(), let words = Files.nameless() else {
      throw Files.failure("write", name)
    }
    defer {
      close(table)
      close(words)
    }
    guard let status = Self.run(reading: file, to: table, words, while: isWanted) else {
      throw Files.failure("run duckdb on", name)
    }
    guard isWanted() else {
      throw CommandFailure("E0500", "reading `\(name)` was interrupted", argument: name)
    }
    guard status == 0 else { throw failure(status, Files.text(of: words)) }
    return try Files.whole(table, name: name)
  }

  /// DuckDB's exit status, 127 where there is no such program; nil where no program can be started at all.
  private static func run(
    reading file: Int32, to table: Int32, _ words: Int32, while isWanted: () -> Bool
  ) -> Int32? {
    let query =
      "COPY (SELECT * FROM read_parquet('/dev/stdin')) TO '/dev/stdout' (FORMAT csv, HEADER true)"
    let options = ["duckdb", "-no-init", "-bail", "-c", query]
    var arguments: [UnsafeMutablePointer<CChar>?] = options.map { strdup($0) } + [nil]
    defer { arguments.forEach { free($0) } }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    // By its place among the standard streams, so that wrappers of the program hand it on.
    for (from, to) in [(file, Int32(0)), (table, 1), (words, 2)] {
      posix_spawn_file_actions_adddup2(&actions, from, to)
    }
    var child: pid_t = 0
    let problem = posix_spawnp(&child, "duckdb", &actions, nil, &arguments, environ)
    if problem == ENOENT { return 127 }
    guard problem == 0 else {
      errno = problem
      return nil
    }
    return status(of: child, while: isWanted)
  }

  /// The exit status of a child once it has ended; it is ended when its work is not wanted any more.
  private static func status(of child: pid_t, while isWanted: () -> Bool) -> Int32 {
    var status: Int32 = 0
    while true {
      let ended = waitpid(child, &status, WNOHANG)
      if ended == child { break }
      if ended < 0, errno != EINTR { return -1 }
      if !isWanted() { kill(child, SIGKILL) }
      usleep(5_000)
    }
    return status & 0x7F == 0 ? status >> 8 & 0xFF : -(status & 0x7F)
  }

  private func failure(_ status: Int32, _ words: String) -> CommandFailure {
    guard status != 127 else {
      return CommandFailure(
        "E0519", "`\(name)` is a Parquet file, and there is no program duckdb to read it",
        help: [
          "get it: pip install duckdb-cli, or from duckdb.org",
          "or write the table as CSV with what you have, and load that",
        ], argument: name)
    }
    let told = words.split(separator: "\n").first { !$0.isEmpty }.map { ": \($0)" } ?? ""
    return CommandFailure(
      "E0511", "duckdb could not read `\(name)`\(told)",
      help: status < 0 ? ["it was ended by signal \(-status)"] : [], argument: name)
  }
}

extension Files {
  /// A file without a name, open for reading and writing; nil, with `errno` set, where none can be made.
  fileprivate static func nameless() -> Int32? {
    var path = Array("\(temporaryFolder)/mrs-XXXXXX".utf8CString)
    let file = mkstemp(&path)
    guard file >= 0 else { return nil }
    _ = fcntl(file, F_SETFD, FD_CLOEXEC)
    unlink(path)
    return file
  }

  /// All that was written to an open file.
  fileprivate static func whole(_ file: Int32, name: String) throws(CommandFailure) -> FileContents
  {
    var status = stat()
    guard fstat(file, &status) == 0 else { throw failure("read", name) }
    return try mapped(file, count: Int(status.st_size), name: name)
  }

  fileprivate static func text(of file: Int32) -> String {
    (try? whole(file, name: ""))?.withBytes { String(decoding: $0.prefix(1 << 12), as: UTF8.self) }
      ?? ""
  }
}
