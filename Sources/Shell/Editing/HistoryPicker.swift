import CLineEditor
import Language
import LibC
import Reports

/// Ctrl-R: finds an earlier line by words in it, newest first, drawn below the line.
struct HistoryPicker {
  let history: History
  let editor: OpaquePointer

  /// The chosen line, or nil when nothing was chosen.
  func pick(_ text: String) -> String? {
    var query = text
    var selected = 0
    var drawn = 0
    defer { erase(drawn) }
    while true {
      let rows = max(1, min(8, Terminal.rows - 6))
      let found = history.matches(query, limit: rows)
      selected = min(max(0, selected), max(0, found.count - 1))
      erase(drawn)
      drawn = draw(query, found, selected)
      switch key() {
      case .take: return found.isEmpty ? nil : found[selected]
      case .leave: return nil
      case .move(let step): selected += step
      case .erase: query = String(query.dropLast())
      case .clear: query = ""
      case .type(let character): (query, selected) = (query + String(character), 0)
      case .ignore: break
      }
    }
  }

  private enum Key {
    case take, leave, erase, clear, ignore
    case move(Int)
    case type(Character)
  }

  private func key() -> Key {
    let code = mrs_editor_key(editor)
    switch code {
    case -1, 0, 7: return .leave
    case 10, 13, 9: return .take
    case 18, 14: return .move(1)
    case 16: return .move(-1)
    case 8, 127: return .erase
    case 21, 23: return .clear
    case 27: return escape()
    case 32...: return Unicode.Scalar(UInt32(code)).map { .type(Character($0)) } ?? .ignore
    default: return .ignore
    }
  }

  /// An arrow key; any other sequence leaves.
  private func escape() -> Key {
    let next = mrs_editor_key(editor)
    guard next == 91 || next == 79 else { return .leave }
    switch mrs_editor_key(editor) {
    case 65: return .move(-1)
    case 66: return .move(1)
    default: return .ignore
    }
  }

  /// Draws below the prompt and puts the cursor behind the query; returns how many rows it took.
  private func draw(_ query: String, _ found: [String], _ selected: Int) -> Int {
    let width = Terminal.width(of: STDOUT_FILENO)
    let head = clipped("search: " + query, to: width - 1)
    var lines = [head]
    lines += found.enumerated().map { index, text in
      (index == selected ? "▸ " : "  ") + text.replacing("\n", with: " ⏎ ")
    }
    if found.isEmpty { lines.append("  (no such line)") }
    Terminal.write(
      "\r" + lines.map { "\n" + clipped($0, to: width - 1) + "\u{1B}[K" }.joined(separator: "\r")
        + "\u{1B}[\(lines.count - 1)A\r\u{1B}[\(displayWidth(head))C", to: STDOUT_FILENO)
    return lines.count
  }

  private func erase(_ rows: Int) {
    guard rows > 0 else { return }
    Terminal.write("\r\u{1B}[J\u{1B}[A", to: STDOUT_FILENO)
  }
}
