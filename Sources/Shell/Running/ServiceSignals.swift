import Dispatch
import LibC
import Synchronization

/// The signals that a service hears: HUP to reload, TERM and INT to end. From when it is made on none of them ends the
/// process by itself; a second INT or TERM does.
struct ServiceSignals {
  /// What came, for the thread that waits.
  private final class Inbox: Sendable {
    let news = DispatchSemaphore(value: 0)
    let counts = Mutex((reloads: 0, ends: 0))

    func take(_ number: Int32) {
      counts.withLock { counts in
        if number == SIGHUP { counts.reloads += 1 } else { counts.ends += 1 }
        if counts.ends > 1 { _exit(ExitStatus.interrupted.rawValue) }
      }
      news.signal()
    }
  }

  private let inbox = Inbox()
  private let sources: [any DispatchSourceSignal]

  init() {
    let queue = DispatchQueue(label: "signals")
    let inbox = inbox
    sources = [SIGHUP, SIGTERM, SIGINT].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      source.setEventHandler { inbox.take(number) }
      source.resume()
      return source
    }
  }

  /// Waits until the process is to end; meanwhile reloads whenever it is asked to.
  func wait(reload: () -> Void) {
    while true {
      inbox.news.wait()
      let (reloads, ends) = inbox.counts.withLock { counts in
        defer { counts.reloads = 0 }
        return counts
      }
      if ends > 0 { return }
      if reloads > 0 { reload() }
    }
  }
}
