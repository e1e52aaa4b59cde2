import MetaRec
import Synchronization

/// A host for tests: files in memory, failures where they are wanted, a clock that counts how often it was asked, and a
/// list of all that was asked of it.
public final class ScriptedHost: LaboratoryHost {
  private struct State {
    var calls: [String] = []
    var failures: [String: any Error] = [:]
    var seconds = 0.0
  }

  private let files: MemoryHost
  private let state = Mutex(State())
  public let availableMemory: Double?

  /// - Parameters:
  ///   - texts: files by their paths, as UTF-8.
  ///   - availableMemory: how many bytes the host says that can be had.
  public init(_ texts: [String: String] = [:], availableMemory: Double? = nil) {
    files = MemoryHost(texts: texts)
    self.availableMemory = availableMemory
  }

  /// Everything asked so far, in order: `read r.csv`, `write out.csv`, `list data`.
  public var calls: [String] { state.withLock { $0.calls } }

  /// The text of a file that is there now.
  public func text(_ path: String) -> String? {
    (try? files.read(path)).map { String(decoding: $0, as: UTF8.self) }
  }

  /// From now on whatever is asked of a path throws this; nil ends it.
  public func fail(_ path: String, with error: (any Error)?) {
    state.withLock { $0.failures[path] = error }
  }

  public func read(_ path: String) throws -> [UInt8] {
    try note("read", path)
    return try files.read(path)
  }

  public func write(_ bytes: [UInt8], to path: String) throws {
    try note("write", path)
    try files.write(bytes, to: path)
  }

  public func kind(of path: String) -> PathKind? { files.kind(of: path) }

  public func list(_ folder: String) throws -> [String] {
    try note("list", folder)
    return try files.list(folder)
  }

  public func seconds() -> Double {
    state.withLock { state in
      state.seconds += 1
      return state.seconds
    }
  }

  private func note(_ verb: String, _ path: String) throws {
    let failure = state.withLock { state in
      state.calls.append("\(verb) \(path)")
      return state.failures[path]
    }
    if let failure { throw failure }
  }
}
