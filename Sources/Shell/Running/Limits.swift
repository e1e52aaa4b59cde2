import CLineEditor
import Language
import LibC
import Reports

/// How long this process may run and how much memory it may hold.
package struct Limits: Sendable, Equatable {
  package var seconds: Double?
  package var bytes: Double?

  package init(seconds: Double? = nil, bytes: Double? = nil) {
    self.seconds = seconds
    self.bytes = bytes
  }

  /// For how long after Ctrl-C the work may go on to come to an orderly end.
  private static let patience = 0.2

  /// Ends the process from now on when it passes a limit, or goes on after Ctrl-C, whatever it is doing then.
  ///
  /// - Parameter last: told why, just before the end.
  package func watch(last: @escaping @Sendable (String, ExitStatus) -> Void) {
    let watch = Unmanaged.passRetained(Watch(limits: self, last: last))
    var thread = pthread_t()
    pthread_create(
      &thread, nil,
      { raw in
        guard let raw else { return nil }
        Unmanaged<Watch>.fromOpaque(raw).takeRetainedValue().run()
      }, watch.toOpaque())
    pthread_detach(thread)
  }

  /// What passes a limit, if anything does.
  ///
  /// - Parameters:
  ///   - elapsed: seconds since the start.
  ///   - interrupted: seconds since Ctrl-C; nil before it.
  fileprivate func excess(after elapsed: Double, interrupted: Double?) -> (String, ExitStatus)? {
    if let interrupted, interrupted > Limits.patience { return ("was interrupted", .interrupted) }
    if let seconds, elapsed > seconds {
      return ("took longer than \(duration(seconds)), which --timeout allows", .timedOut)
    }
    if let bytes, heldMemory() > bytes {
      return ("used more than \(Int(bytes / 1e6)) MB of memory, which --memory allows", .failed)
    }
    return nil
  }
}

/// The thread that looks at the limits.
private final class Watch: Sendable {
  private let limits: Limits
  private let last: @Sendable (String, ExitStatus) -> Void

  init(limits: Limits, last: @escaping @Sendable (String, ExitStatus) -> Void) {
    self.limits = limits
    self.last = last
  }

  func run() -> Never {
    let start = now()
    var interrupt: Double?
    while true {
      usleep(20_000)
      let time = now()
      if interrupt == nil, mrs_signals_interrupts() > 0 { interrupt = time }
      guard
        let (excess, status) = limits.excess(
          after: time - start, interrupted: interrupt.map { time - $0 })
      else { continue }
      last(excess, status)
      // The other threads are in the middle of their work: nothing may be torn down in an orderly way.
      _exit(status.rawValue)
    }
  }

  private func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}

/// The most bytes of memory that this process has held.
package func peakMemory() -> Double {
  // `getrusage` would count what the program that started this one held.
  guard let file = fopen("/proc/self/status", "r") else { return heldMemory() }
  defer { fclose(file) }
  var line = [CChar](repeating: 0, count: 256)
  while fgets(&line, 256, file) != nil {
    let text = String(
      decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    guard text.hasPrefix("VmHWM:") else { continue }
    let words = text.split { $0 == " " || $0 == "\t" }
    return words.count > 1 ? (Double(words[1]) ?? 0) * 1024 : 0
  }
  return heldMemory()
}

/// How many bytes of memory this process holds now.
package func heldMemory() -> Double {
  guard let file = fopen("/proc/self/statm", "r") else { return 0 }
  defer { fclose(file) }
  var line = [CChar](repeating: 0, count: 128)
  guard fgets(&line, 128, file) != nil else { return 0 }
  let words = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    .split(separator: " ")
  return words.count > 1 ? Double(Int(words[1]) ?? 0) * Double(getpagesize()) : 0
}
