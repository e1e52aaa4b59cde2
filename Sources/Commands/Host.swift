import Datasets
import Kernels
import Language

/// The only door outside: files, clock, progress and the wish to stop. Commands get one; tests make
/// their own.
package protocol Host: FileSource where Failure == CommandFailure {
  /// Replaces the file in one step: temporary file, fsync, rename.
  func write(_ bytes: [UInt8], to path: String) throws(CommandFailure)
  /// What is another when a file may have changed, found without reading it; nil where only reading tells.
  func revision(of path: String) -> String?
  /// Why a file or folder cannot be read, found without reading it; nil when nothing is known to
  /// stand against it.
  func obstacle(reading path: String) -> CommandFailure?
  /// Why a file cannot be written, found without writing it.
  func obstacle(writing path: String) -> CommandFailure?
  /// The folders where files that come with the program may lie, for a name such as `lessons`.
  func supplied(_ name: String) -> [String]
  /// Which of the machine's loops compute.
  var kernels: KernelSet { get }
  /// The threads that its runs share, which wait between them; nil gives each run threads of its own, which end
  /// with it. Runs at the same time need a pool each, or only one of them has threads.
  var pool: ThreadPool? { get }
  /// Numbers that nobody can draw again, for noise that has to stay secret.
  var generator: any RandomNumberGenerator { get }
  /// Whether a training with secret noise may run, which spends its ε each time: not where statements of an earlier
  /// session run again, unless that was asked for.
  var maySpend: Bool { get }
  /// Seconds on a clock that never goes back.
  func now() -> Double
  /// Shows how far the work is; throws `Interrupted` when the user wants it to stop.
  func checkpoint(_ progress: Progress) throws(Interrupted)
  /// How many bytes of memory can still be had; nil where that is not known.
  var availableMemory: Double? { get }
  /// Whether somebody sits before it who can end a command that would wait for ever.
  var mayFollow: Bool { get }
  /// Lets a little time pass, for whoever waits that a file grows; shorter when the user wants it to stop.
  func pause()
  /// What a growing file has from a place on, as it is now, without taking it for something that the result
  /// comes from; nil where it is shorter than that.
  func tail(of path: String, from offset: Int, most: Int) throws(CommandFailure) -> [UInt8]?
  /// Whether the user wants it to stop; asked often, and from any thread.
  var wantsToStop: Bool { get }
}

extension Host {
  package func obstacle(reading path: String) -> CommandFailure? {
    guard kind(of: path) == nil else { return nil }
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    let name = String(path.dropFirst(folder.count))
    let names = (try? list(folder.isEmpty ? "." : folder)) ?? []
    return CommandFailure(
      "E0501", "there is no file `\(path)`",
      suggestions: suggestions(for: name, among: names).map { folder + $0 }, argument: path)
  }

  package func obstacle(writing path: String) -> CommandFailure? { nil }

  package func revision(of path: String) -> String? { nil }

  package func supplied(_ name: String) -> [String] { ["examples/\(name)"] }

  package var pool: ThreadPool? { nil }

  package var generator: any RandomNumberGenerator { SystemRandomNumberGenerator() }

  package var maySpend: Bool { true }

  package var wantsToStop: Bool { false }

  package var mayFollow: Bool { false }

  package func pause() {}

  package func tail(
    of path: String, from offset: Int, most: Int
  ) throws(CommandFailure) -> [UInt8]? { try part(of: path, from: offset, most: most) }

  /// Some bytes of a file; nil where it is shorter than where they begin.
  func part(
    of path: String, from offset: Int, most: Int
  ) throws(CommandFailure) -> [UInt8]? {
    try read(path).withBytes { bytes in
      offset > bytes.count ? nil : Array(bytes[offset..<min(bytes.count, offset + most)])
    }
  }

  package var availableMemory: Double? { nil }

  /// What `work` returns; throws `Interrupted` soon after the user wants it to stop.
  func whileWanted<T>(_ work: () throws -> T) throws -> T {
    guard let result = try Cancellation.attempt(until: { self.wantsToStop }, work) else {
      throw Interrupted()
    }
    return result
  }
}

/// How far a command has come.
package struct Progress: Sendable {
  /// What is being done: "meta-train maml".
  package var title: String
  package var done: Double
  package var total: Double
  /// What one unit is: "epochs".
  package var unit: String
  /// The newest numbers, those first that matter most: "valid 0.7412 · epoch 3".
  package var detail: String
  /// Recent values of the validation metric, for a sparkline.
  package var recent: [Double]

  package init(
    _ title: String, done: Double, total: Double, unit: String = "", detail: String = "",
    recent: [Double] = []
  ) {
    self.title = title
    self.done = done
    self.total = total
    self.unit = unit
    self.detail = detail
    self.recent = recent
  }
}

/// The user asked to stop.
package struct Interrupted: Error {
  package init() {}
}
