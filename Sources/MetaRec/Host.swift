import Language
import Synchronization

/// The only door of a laboratory to the outside: its files, its clock, and how much memory it may count on.
///
/// Each function may be called from any thread, though by one run only one at a time. A host may throw any error:
/// a ``LaboratoryError`` keeps its code and words, any other becomes E0500 (reading) or E0504 (writing), and the
/// statement that asked fails with it. Paths come as the script writes them, with `/` between names; what a host
/// makes of them, and what it refuses, is its own affair: a script reaches nothing else.
public protocol LaboratoryHost: AnyObject, Sendable {
  /// The bytes of a file.
  func read(_ path: String) throws -> [UInt8]
  /// Replaces a file or makes it; either all of it or nothing.
  func write(_ bytes: [UInt8], to path: String) throws
  /// What is at a path; nil when nothing is. Asked before scripts run, too, for files that they name.
  func kind(of path: String) -> PathKind?
  /// The names in a folder, in any order.
  func list(_ folder: String) throws -> [String]
  /// Seconds on a clock that never goes back, for the times that commands report.
  func seconds() -> Double
  /// How many bytes can still be had; nil where that is not known. Trainings that would need more are refused
  /// with E0603 before they begin.
  var availableMemory: Double? { get }
}

/// What a path leads to.
public enum PathKind: Sendable { case file, folder }

extension LaboratoryHost {
  public func write(_ bytes: [UInt8], to path: String) throws {
    throw LaboratoryError("E0504", "`\(path)` cannot be written: this host writes no files")
  }

  public func list(_ folder: String) throws -> [String] { [] }

  public func seconds() -> Double { ContinuousClock.now.secondsSinceStart }

  public var availableMemory: Double? { nil }
}

extension ContinuousClock.Instant {
  private static let start = ContinuousClock.now

  fileprivate var secondsSinceStart: Double {
    let parts = (self - Self.start).components
    return Double(parts.seconds) + Double(parts.attoseconds) * 1e-18
  }
}

/// A host whose files are in memory and nowhere else; a new one has none. What scripts write stays in it, for
/// the host program to take. May be shared by laboratories and used from any thread.
public final class MemoryHost: LaboratoryHost {
  private let contents: Mutex<[String: [UInt8]]>

  /// - Parameter files: bytes by paths such as `"data/ratings.csv"`.
  public init(_ files: [String: [UInt8]] = [:]) {
    contents = Mutex(
      Dictionary(files.map { (Self.plain($0.key), $0.value) }) { first, _ in first })
  }

  /// - Parameter texts: texts by paths, kept as UTF-8.
  public convenience init(texts: [String: String]) {
    self.init(texts.mapValues { Array($0.utf8) })
  }

  /// All files that are there now.
  public var files: [String: [UInt8]] { contents.withLock { $0 } }

  public func read(_ path: String) throws -> [UInt8] {
    let known = files
    if let bytes = known[Self.plain(path)] { return bytes }
    throw LaboratoryError(
      "E0501", "there is no file `\(path)`",
      suggestions: suggestions(for: path, among: known.keys.sorted()))
  }

  public func write(_ bytes: [UInt8], to path: String) throws {
    let name = Self.plain(path)
    guard !name.isEmpty, kind(of: path) != .folder else {
      throw LaboratoryError("E0504", "`\(path)` cannot be written: it is a folder")
    }
    contents.withLock { $0[name] = bytes }
  }

  public func kind(of path: String) -> PathKind? {
    let name = Self.plain(path)
    if name.isEmpty { return .folder }
    return contents.withLock { files in
      if files[name] != nil { return .file }
      return files.keys.contains { $0.hasPrefix(name + "/") } ? .folder : nil
    }
  }

  public func list(_ folder: String) throws -> [String] {
    let name = Self.plain(folder)
    let start = name.isEmpty ? "" : name + "/"
    let below = files.keys.filter { $0.hasPrefix(start) }
    return Set(below.map { String($0.dropFirst(start.count).prefix { $0 != "/" }) }).sorted()
  }

  /// The path without `.`, `..` and empty names; what leads above the first folder stays in it.
  private static func plain(_ path: String) -> String {
    var names: [Substring] = []
    for name in path.split(separator: "/") where name != "." {
      if name == ".." { names = names.dropLast() } else { names.append(name) }
    }
    return names.joined(separator: "/")
  }
}

extension LaboratoryHost where Self == MemoryHost {
  /// Files in memory, by their paths.
  public static func memory(_ files: [String: [UInt8]]) -> MemoryHost { MemoryHost(files) }
}
