import LibC
import Synchronization

/// Standard input, output and error as files: everything that is written to them goes through here.
extension Terminal {
  /// The streams on which something was lost. What stands there is the beginning of what was said: nothing
  /// follows behind a gap.
  private static let lost = Mutex<Set<Int32>>([])

  /// Opens each stream that is closed on /dev/null, so that no other file gets its number. It is opened for
  /// reading alone: whoever reads finds the end at once, and whoever writes fails.
  package static func openStreams() {
    // A file that may not grow is a write that fails, not the end of the program.
    signal(SIGXFSZ, SIG_IGN)
    for stream in STDIN_FILENO...STDERR_FILENO where fcntl(stream, F_GETFD) < 0 {
      // The lowest number that is free, which is its own.
      _ = open("/dev/null", O_RDONLY)
    }
  }

  /// Writes a text to a stream at once. What cannot be written is said on standard error, where that is
  /// another stream, and by the exit status; a reader that has gone wanted no more, and nothing is said.
  package static func write(_ text: String, to stream: Int32) {
    guard !lost.withLock({ $0.contains(stream) }) else { return }
    if !Files.writeAll(Array(text.utf8), to: stream) { lose(stream, because: errno) }
  }

  private static func lose(_ stream: Int32, because reason: Int32) {
    guard reason != EPIPE, lost.withLock({ $0.insert(stream).inserted }),
      stream == STDOUT_FILENO
    else { return }
    write(
      "error[E0517]: standard output cannot be written: \(reasonText(reason))\n"
        + "  help: what was to stand there from here on is lost; everything else goes on\n",
      to: STDERR_FILENO)
  }

  private static func reasonText(_ reason: Int32) -> String {
    reason == EBADF
      ? "it is closed or open for reading only" : String(cString: strerror(reason)).lowercased()
  }

  /// Closes what is written to; returns the status that the process ends with, a failure where output was
  /// lost.
  package static func closeStreams(endingWith status: ExitStatus) -> ExitStatus {
    // Some file systems say only here that the disk is full.
    for stream in [STDOUT_FILENO, STDERR_FILENO] where close(stream) != 0 && errno != EINTR {
      lose(stream, because: errno)
    }
    return lost.withLock { $0.isEmpty } ? status : status.worse(.failed)
  }
}
