import CLineEditor
import Language
import LibC

/// Lines from a terminal without any editing of our own: `TERM=dumb`, screen readers, `--plain`.
package final class PlainReader: LineEditor {
  package var assistance: AssistanceContext?
  package var offer: String?
  package let wayToTakeOffers = "`fix` runs the fix"
  private var pending: [UInt8] = []

  package init() {}

  package func read(prompt: String, initial: String) -> LineInput {
    var text = initial
    var shown = prompt + initial
    while true {
      Terminal.write(shown, to: STDOUT_FILENO)
      switch line() {
      case .end: return text.isEmpty ? .end : .line(text)
      case .interrupted, .dropped: return .interrupted
      case .line(let line): text += line
      }
      guard isIncomplete(text) else { return .line(text) }
      text += "\n"
      shown = "..> "
    }
  }

  private func line() -> LineInput {
    while true {
      if let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
        defer { pending.removeFirst(end + 1) }
        return .line(String(decoding: pending[..<end], as: UTF8.self))
      }
      guard mrs_terminal_wait() == 1 else {
        pending = []
        Terminal.write("\n", to: STDOUT_FILENO)
        return .interrupted
      }
      var chunk = [UInt8](repeating: 0, count: 4096)
      let got = LibC.read(STDIN_FILENO, &chunk, chunk.count)
      if got > 0 {
        pending += chunk[..<got]
      } else if got == 0 || errno != EINTR {
        return rest()
      }
    }
  }

  /// A last line without a line end, or the end.
  private func rest() -> LineInput {
    defer { pending = [] }
    return pending.isEmpty ? .end : .line(String(decoding: pending, as: UTF8.self))
  }
}
