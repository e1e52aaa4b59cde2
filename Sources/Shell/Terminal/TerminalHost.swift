import CLineEditor
import Commands
import Datasets
import Glibc
import Reports
import Synchronization

/// The real outside: files of this machine, its clock, progress on standard error, Ctrl-C.
package final class TerminalHost: Host {
  /// Relative paths start here; empty is the current directory.
  private let directory: String
  private let showsProgress: Bool
  private let page: Page
  private let line = Mutex(ProgressLine())

  package init(directory: String = "", showsProgress: Bool = false, hasColour: Bool = false) {
    self.directory = directory
    self.showsProgress = showsProgress
    page = Page(hasColour: hasColour)
  }

  package func read(_ path: String) throws(CommandFailure) -> FileContents {
    try Files.contents(of: located(path), named: path)
  }

  package func kind(of path: String) -> FileKind? { Files.kind(of: located(path)) }

  package func list(_ path: String) throws(CommandFailure) -> [String] {
    try Files.list(located(path), named: path)
  }

  package func write(_ bytes: [UInt8], to path: String) throws(CommandFailure) {
    try Files.write(bytes, to: located(path), named: path)
  }

  package func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  package func checkpoint(_ progress: Progress) throws(Interrupted) {
    if mrs_signals_interrupts() > 0 { throw Interrupted() }
    guard showsProgress, !progress.title.isEmpty else { return }
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

  private func located(_ path: String) -> String {
    if path.hasPrefix("~/"), let home = Terminal.environment("HOME") {
      return home + path.dropFirst()
    }
    return path.hasPrefix("/") || directory.isEmpty ? path : directory + "/" + path
  }
}
