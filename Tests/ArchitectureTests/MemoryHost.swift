import Commands
import Datasets
import Kernels
import Synchronization
import TestedKernels

/// A host whose files are in memory.
final class MemoryHost: Host {
  private let files: Mutex<[String: [UInt8]]>
  private let start = ContinuousClock.now

  init(kernels: KernelSet = .underTest) {
    files = Mutex([:])
    self.kernels = kernels
  }

  /// A host that has the files of another.
  init(_ other: MemoryHost) {
    files = Mutex(other.files.withLock { $0 })
    kernels = other.kernels
  }

  func read(_ path: String) throws(CommandFailure) -> FileContents {
    guard let bytes = files.withLock({ $0[path] }) else {
      throw CommandFailure("E0501", "there is no file `\(path)`")
    }
    return FileContents(path: path, bytes)
  }

  func kind(of path: String) -> FileKind? {
    let names = files.withLock { Array($0.keys) }
    if names.contains(path) { return .file }
    return names.contains { $0.hasPrefix(path + "/") } ? .folder : nil
  }

  func list(_ path: String) throws(CommandFailure) -> [String] {
    let below = files.withLock { $0.keys.filter { $0.hasPrefix(path + "/") } }
    let names = below.map { $0.dropFirst(path.count + 1).prefix { $0 != "/" } }
    return Set(names.map(String.init)).sorted()
  }

  func write(_ bytes: [UInt8], to path: String) throws(CommandFailure) {
    files.withLock { $0[path] = bytes }
  }

  let kernels: KernelSet

  func now() -> Double {
    let parts = (ContinuousClock.now - start).components
    return Double(parts.seconds) + Double(parts.attoseconds) * 1e-18
  }

  func checkpoint(_ progress: Progress) throws(Interrupted) {}
}
