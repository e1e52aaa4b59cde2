import Datasets
import Kernels

/// A host that hands on to another what it does not do itself.
package protocol ForwardingHost: Host {
  var host: any Host { get }
}

extension ForwardingHost {
  package func read(_ path: String) throws(CommandFailure) -> FileContents { try host.read(path) }
  package func kind(of path: String) -> FileKind? { host.kind(of: path) }
  package func revision(of path: String) -> String? { host.revision(of: path) }
  package func list(_ path: String) throws(CommandFailure) -> [String] { try host.list(path) }
  package func write(_ bytes: [UInt8], to path: String) throws(CommandFailure) {
    try host.write(bytes, to: path)
  }
  package func obstacle(reading path: String) -> CommandFailure? { host.obstacle(reading: path) }
  package func obstacle(writing path: String) -> CommandFailure? { host.obstacle(writing: path) }
  package func supplied(_ name: String) -> [String] { host.supplied(name) }
  package var kernels: KernelSet { host.kernels }
  package var pool: ThreadPool? { host.pool }
  package var generator: any RandomNumberGenerator { host.generator }
  package var maySpend: Bool { host.maySpend }
  package func now() -> Double { host.now() }
  package func checkpoint(_ progress: Progress) throws(Interrupted) {
    try host.checkpoint(progress)
  }
  package var availableMemory: Double? { host.availableMemory }
  package var wantsToStop: Bool { host.wantsToStop }
  package var mayFollow: Bool { host.mayFollow }
  package func pause() { host.pause() }
  package func tail(
    of path: String, from offset: Int, most: Int
  ) throws(CommandFailure) -> [UInt8]? { try host.tail(of: path, from: offset, most: most) }
}
