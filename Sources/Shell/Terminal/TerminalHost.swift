import CLineEditor
import Commands
import Datasets
import Kernels
import Language
import LibC
import Reports
import Synchronization

/// The real outside: files of this machine, its clock, progress on standard error, Ctrl-C.
package final class TerminalHost: Host {
  /// Relative paths start here; empty is the current directory.
  private let directory: String
  /// What may be read and written; nil is everything.
  private let sandbox: Sandbox?
  /// Whether time stands still, so that no output holds a length of time.
  let isTimeless: Bool
  package let kernels: KernelSet
  package let pool: ThreadPool? = ThreadPool()
  private let showsProgress: Bool
  package let mayFollow: Bool
  /// How many bytes the process may hold; nil for as many as there are.
  private let mostMemory: Double?
  private let page: Page
  private let line = Mutex(ProgressLine())

  package init(
    directory: String = "", sandbox: Sandbox? = nil, isTimeless: Bool = false,
    mostMemory: Double? = nil, kernels: KernelSet = Terminal.kernels, showsProgress: Bool = false,
    hasColour: Bool = false, mayFollow: Bool = false
  ) {
    self.mayFollow = mayFollow
    self.mostMemory = mostMemory
    self.directory = directory
    self.sandbox = sandbox
    self.isTimeless = isTimeless
    self.kernels = kernels
    self.showsProgress = showsProgress
    page = Page(hasColour: hasColour)
  }

  package func read(_ path: String) throws(CommandFailure) -> FileContents {
    let place = try place(path, to: "read")
    let contents = try Files.contents(of: place, named: path)
    guard let parquet = ParquetFile(contents, at: place) else { return contents }
    guard sandbox?.runsPrograms ?? true else { throw parquet.refusal }
    return try parquet.table { !wantsToStop }
  }

  package func kind(of path: String) -> FileKind? {
    (try? place(path, to: "read")).flatMap { Files.kind(of: $0) }
  }

  /// Its size, the time of its last change to the nanosecond, and which file it is.
  package func revision(of path: String) -> String? {
    guard let place = try? place(path, to: "read"), let status = place.status else { return nil }
    return "\(status.st_size) \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec) \(status.st_ino)"
  }

  /// How many bytes a file has.
  func size(of path: String) -> Int? {
    (try? place(path, to: "read")).flatMap { Files.size(of: $0) }
  }

  package func list(_ path: String) throws(CommandFailure) -> [String] {
    try Files.list(place(path, to: "list"), named: path)
  }

  package func write(_ bytes: [UInt8], to path: String) throws(CommandFailure) {
    try Files.write(
      bytes, to: place(path, to: "write").destination, named: path,
      isWanted: { !Cancellation.isRequested })
  }

  /// Puts a text in the place of the script that a source was read from, unless that has changed since.
  func replace(_ source: Source, with text: String) throws(CommandFailure) {
    try Files.replace(source, at: place(source.name, to: "write").destination, with: text)
  }

  /// Whether the file of a source still has the text that was read.
  func holds(_ source: Source) -> Bool {
    (try? place(source.name, to: "read")).map { Files.holds(source, at: $0) } ?? false
  }

  package func obstacle(reading path: String) -> CommandFailure? {
    do throws(CommandFailure) {
      return Files.obstacle(reading: try place(path, to: "read"), named: path)
    } catch {
      return error
    }
  }

  package func obstacle(writing path: String) -> CommandFailure? {
    do throws(CommandFailure) {
      return Files.obstacle(writing: try place(path, to: "write"), named: path)
    } catch {
      return error
    }
  }

  /// Beside the current folder, where the program is installed, and where it was built.
  package func supplied(_ name: String) -> [String] {
    guard let program = realpath("/proc/self/exe", nil) else { return ["examples/\(name)"] }
    defer { free(program) }
    let folder = Files.folder(of: String(cString: program))
    // Where it is installed, and above the folders of `swift build` and of scripts/build-release.
    return ["examples", "\(folder)/../share/mrs"].map { "\($0)/\(name)" }
      + ["\(folder)/../../..", "\(folder)/../../../.."].map { "\($0)/examples/\(name)" }
  }

  package func now() -> Double {
    if isTimeless { return 0 }
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// What the machine can still give, and no more than this process may still take.
  package var availableMemory: Double? {
    [Memory.available, mostMemory.map { $0 - heldMemory() }].compactMap(\.self).min()
  }

  /// Says why the process ends in the middle of its work.
  func end(_ name: String, _ reason: String, _ status: ExitStatus) {
    clearProgress()
    let isStopped = status == .interrupted
    Terminal.write(
      isStopped ? "interrupted\n" : "error[E0901]: \(name) \(reason)\n", to: STDERR_FILENO)
  }

  /// A fifth of a second; a signal ends it.
  package func pause() { usleep(200_000) }

  package var wantsToStop: Bool { mrs_signals_interrupts() > 0 }

  package func checkpoint(_ progress: Progress) throws(Interrupted) {
    if wantsToStop { throw Interrupted() }
  }

  /// Draws how far a command is, if anybody watches.
  func show(_ progress: Progress) {
    guard showsProgress else { return }
    let time = now()
    line.withLock { line in
      let width = Terminal.width(of: STDERR_FILENO)
      if let text = line.update(progress, at: time, width: width, page: page) {
        Terminal.write(text, to: STDERR_FILENO)
      }
    }
  }

  /// Takes the progress line away before anything else is written.
  package func clearProgress() {
    line.withLock { line in
      if let text = line.clear() { Terminal.write(text, to: STDERR_FILENO) }
    }
  }

  /// What a path leads to, or the refusal of what is out of reach.
  private func place(_ path: String, to verb: String) throws(CommandFailure) -> Place {
    if path.hasPrefix(fetchedPrefix) { return try fetchedPlace(path, to: verb) }
    let whole = located(path)
    guard let sandbox else { return Place(whole) }
    return try sandbox.place(of: whole, named: path, to: verb)
  }

  /// What a path into the folder of fetched data leads to. Every script may read there, and none may write.
  private func fetchedPlace(_ path: String, to verb: String) throws(CommandFailure) -> Place {
    let rest = path.dropFirst(fetchedPrefix.count)
    guard verb != "write" else {
      throw CommandFailure(
        "E0506", "`\(path)` lies among fetched data, which are not written to", argument: path)
    }
    let name = rest.prefix { $0 != "/" }
    let folder = Self.dataFolders.first { Files.kind(of: "\($0)/\(name)") == .folder }
    let data = folder ?? Self.dataFolders[0]
    return try Sandbox([data]).place(of: "\(data)/\(rest)", named: path, to: verb)
  }

  /// Where fetched data may lie: where `MRS_DATA` says, else beside the current folder and where the program
  /// was built.
  private static var dataFolders: [String] {
    if let told = Terminal.environment("MRS_DATA"), !told.isEmpty { return [told] }
    guard let program = realpath("/proc/self/exe", nil) else { return [".data"] }
    defer { free(program) }
    return [".data", Files.folder(of: String(cString: program)) + "/../../../.data"]
  }

  private func located(_ path: String) -> String {
    if path.hasPrefix("~/"), let home = Terminal.environment("HOME") {
      return home + path.dropFirst()
    }
    return path.hasPrefix("/") || directory.isEmpty ? path : directory + "/" + path
  }
}
