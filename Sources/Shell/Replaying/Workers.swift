import CLineEditor
import Commands
import Language
import LibC
import Reports

/// Replays scripts in processes of their own, some at a time: one that hangs, crashes or uses too much
/// memory ends alone.
struct Workers {
  /// The arguments that make this program replay one script and write what came of it as JSON.
  let arguments: (_ script: String) -> [String]
  /// How many run at a time.
  let count: Int

  private struct Worker {
    var index: Int
    var script: String
    var process: pid_t
    var pipe: Int32
    var output: [UInt8] = []
    /// Whether this process has passed Ctrl-C on to it.
    var isInterrupted = false
  }

  /// Replays all scripts; each is given to `finished` when it is done, in any order.
  func replay(_ scripts: [String], finished: (Int, Replay) -> Void) {
    var waiting = scripts.enumerated().makeIterator()
    var running: [Worker] = []
    while true {
      // After Ctrl-C nothing new begins.
      while running.count < count, mrs_signals_interrupts() == 0,
        let (index, script) = waiting.next()
      {
        if let worker = start(script, index) {
          running.append(worker)
        } else {
          finished(index, Replay(failed: script, .failed, "no process can be started\n"))
        }
      }
      guard !running.isEmpty else { return }
      // A terminal interrupts all of them; whoever interrupts this process alone leaves the rest to it.
      if mrs_signals_interrupts() > 0 {
        for place in running.indices where !running[place].isInterrupted {
          kill(running[place].process, SIGINT)
          running[place].isInterrupted = true
        }
      }
      var polls = running.map { pollfd(fd: $0.pipe, events: Int16(POLLIN), revents: 0) }
      // An interrupt just before the wait would otherwise be seen only after it.
      let longest: Int32 = 50  // ms
      guard poll(&polls, nfds_t(polls.count), longest) >= 0 || errno == EINTR else { return }
      for (place, poll) in polls.enumerated().reversed() where poll.revents != 0 {
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        let got = read(running[place].pipe, &chunk, chunk.count)
        if got > 0 {
          running[place].output += chunk[..<got]
        } else if got == 0 || errno != EINTR {
          let worker = running.remove(at: place)
          finished(worker.index, result(of: worker))
        }
      }
    }
  }

  private func start(_ script: String, _ index: Int) -> Worker? {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return nil }
    // Another worker must not hold this one's pipe open.
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
    var words: [UnsafeMutablePointer<CChar>?] = (["mrs"] + arguments(script)).map { strdup($0) }
    words.append(nil)
    defer { words.forEach { free($0) } }
    var process = pid_t()
    let failure = posix_spawn(&process, "/proc/self/exe", &actions, nil, words, environ)
    close(ends[1])
    guard failure == 0 else {
      close(ends[0])
      return nil
    }
    return Worker(index: index, script: script, process: process, pipe: ends[0])
  }

  private func result(of worker: Worker) -> Replay {
    close(worker.pipe)
    var status: Int32 = 0
    while waitpid(worker.process, &status, 0) < 0, errno == EINTR {}
    let text = String(decoding: worker.output, as: UTF8.self)
    if let replay = JSON(parsing: text).flatMap({ Replay($0) }) { return replay }
    let signal = status & 0x7F
    // Before it had taken the signal over.
    if signal == SIGINT {
      return Replay(failed: worker.script, .interrupted, "\(worker.script): interrupted\n")
    }
    return Replay(
      failed: worker.script, .failed,
      signal == 0
        ? "\(worker.script): ended with status \(status >> 8 & 0xFF) and said nothing\n"
        : "\(worker.script): mrs was ended by signal \(signal)\n")
  }
}

extension Replay {
  /// A replay that came to nothing.
  init(failed name: String, _ status: ExitStatus, _ message: String) {
    self.init(name: name, status: status)
    cases = [Case(name: "runs to its end", line: 0, verdict: .failed(message))]
  }
}
