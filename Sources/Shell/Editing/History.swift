import Commands
import LibC
import Reports

/// What was typed in this and in earlier sessions, oldest first, kept in a file of one JSON object a
/// line. The file only grows by whole lines under a lock, so that sessions can share it.
package final class History {
  package struct Entry: Sendable, Equatable {
    package var text: String
    /// Seconds since 1970.
    package var time: Int

    package init(_ text: String, time: Int = 0) {
      self.text = text
      self.time = time
    }
  }

  /// More would make starting slow, and nobody looks for older lines.
  static let capacity = 10_000

  package private(set) var entries: [Entry] = []
  /// Why lines are not kept, if they are not.
  package private(set) var warning: String?
  private let path: String?
  /// How far back the line being edited has gone, and what it was before.
  private var back = 0
  private var draft = ""

  /// - Parameter path: nil keeps nothing beyond this session.
  package init(path: String? = nil) {
    self.path = path
    guard let path else { return }
    guard Files.makeFolder(Files.folder(of: path)) else {
      warning = "the history is not kept: no folder can be made for \(path)"
      return
    }
    if let obstacle = Files.obstacle(replacing: Place(path), named: path) {
      warning = "the history is not kept: \(obstacle.message)"
      return
    }
    let lines = Files.lines(of: path)
    // A line that is damaged, such as by a full disk, costs that line alone.
    entries = lines.suffix(History.capacity).compactMap {
      guard let line = JSON(parsing: $0),
        let text = line["text"]?.string, !text.isEmpty
      else { return nil }
      return Entry(text, time: line["time"]?.number.flatMap { Int(exactly: $0) } ?? 0)
    }
    if lines.count > 2 * History.capacity { shorten(path) }
  }

  /// `$XDG_STATE_HOME/mrs/history.jsonl`, or where that is when the variable is not set.
  package static var usualPath: String? { StateFolder.path.map { $0 + "/history.jsonl" } }

  /// Appends a line, unless it is the last one again.
  package func remember(_ text: String) {
    back = 0
    draft = ""
    guard !text.trimmingSpaces.isEmpty, entries.last?.text != text else { return }
    let entry = Entry(text, time: LibC.time(nil))
    entries.append(entry)
    if let path, warning == nil { append(entry, to: path) }
  }

  private func append(_ entry: Entry, to path: String) {
    let file: Int32
    do throws(CommandFailure) {
      file = try Files.openAtEnd(path, permissions: 0o600)
    } catch {
      warning = "the history is not kept: \(error.message)"
      return
    }
    defer { close(file) }
    flock(file, LOCK_EX)
    let line = JSON.object(["time": .number(entry.time), "text": .string(entry.text)]).text
    // A line cut short by an earlier failure must not swallow this one.
    let start = endsWithLine(path) ? "" : "\n"
    if !Files.writeAll(Array((start + line + "\n").utf8), to: file) {
      warning = "the history is not kept: \(String(cString: strerror(errno))) (\(path))"
    }
  }

  private func endsWithLine(_ path: String) -> Bool {
    guard Files.isRegular(path), let contents = try? Files.contents(of: path, named: path) else {
      return true
    }
    return contents.withBytes { $0.last.map { $0 == UInt8(ascii: "\n") } ?? true }
  }

  private func shorten(_ path: String) {
    let text = entries.map {
      JSON.object(["time": .number($0.time), "text": .string($0.text)]).text + "\n"
    }.joined()
    try? Files.write(Array(text.utf8), to: path, named: path)
  }
}

extension History {
  /// The line `direction` steps on from the one shown last that begins as the draft does; nil when
  /// there is none.
  package func recall(_ text: String, direction: Int) -> String? {
    if back == 0 { draft = text }
    var at = back
    while true {
      at -= direction
      if at < 0 || at > entries.count { return nil }
      if at == 0 {
        back = 0
        return draft
      }
      let entry = entries[entries.count - at].text
      if entry.hasPrefix(draft), entry != text {
        back = at
        return entry
      }
    }
  }

  /// Forgets how far back the last line went.
  package func beginLine() {
    back = 0
    draft = ""
  }

  /// What followed when a line last began like this one, if it did and more followed.
  package func continuation(of text: String) -> String? {
    guard !text.isEmpty else { return nil }
    guard let entry = entries.last(where: { $0.text.hasPrefix(text) && $0.text != text }) else {
      return nil
    }
    return String(decoding: entry.text.utf8.dropFirst(text.utf8.count), as: UTF8.self)
  }

  /// Lines that contain all the words of a query, newest first, each once.
  package func matches(_ query: String, limit: Int) -> [String] {
    let words = query.lowercased().split(separator: " ")
    var seen = Set<String>()
    var found: [String] = []
    for entry in entries.reversed() where found.count < limit {
      let known = entry.text.lowercased()
      if words.allSatisfy({ known.contains($0) }), seen.insert(entry.text).inserted {
        found.append(entry.text)
      }
    }
    return found
  }
}
