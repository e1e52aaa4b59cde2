import Language
import Reports

/// What the editor asks while a line is typed: pure answers from the text and what is known.
package final class Typist {
  package var assistance: AssistanceContext?
  /// A line that is offered while nothing is typed, or only its beginning.
  package var offer: String?
  package let history: History
  /// A text to show above the line while nothing is typed, if there is one.
  package var news: (() -> String?)?
  /// Pastes too large to be edited, shown by a placeholder.
  private var pastes: [String] = []

  package init(history: History) { self.history = history }

  /// A change of the line and a text to show below it.
  package struct Edit: Equatable {
    package var range = SourceRange(0, 0)
    package var insertion: String?
    package var listing: String?
  }

  /// Forgets what belonged to the last line.
  package func beginLine() {
    history.beginLine()
    pastes = []
  }

  package func goesOn(_ text: String) -> Bool { isIncomplete(expanded(text)) }

  /// Writes the number of its ink for each byte of a line.
  package func style(_ text: String, into inks: UnsafeMutableBufferPointer<UInt8>) {
    guard let assistance else { return }
    for part in highlights(in: text, context: assistance) {
      let number = Theme.number(part.style)
      for at in max(0, part.range.lower)..<max(0, min(part.range.upper, inks.count)) {
        inks[at] = number
      }
    }
  }

  /// What may follow: the rest of the last line that began so, else of an example that does.
  package func ghost(_ text: String) -> String? {
    if let offer, offer.hasPrefix(text), !offer.contains("\n") {
      return String(offer.dropFirst(text.count))
    }
    guard !text.isEmpty, !text.contains("\n") else { return nil }
    let known = history.continuation(of: text) ?? example(beginning: text)
    return known.map { String($0.prefix { $0 != "\n" }) }
  }

  private func example(beginning text: String) -> String? {
    guard let assistance, text.contains(" ") else { return nil }
    for form in assistance.commands.forms where text.hasPrefix(form.name + " ") {
      for example in form.examples where example.line.hasPrefix(text) && example.line != text {
        return String(example.line.dropFirst(text.count))
      }
    }
    return nil
  }
}

extension Typist {
  /// Tab: what all candidates share is inserted; when that is nothing new they are listed.
  package func complete(_ text: String, at cursor: Int) -> Edit {
    if text.isEmpty, let offer { return Edit(insertion: offer) }
    guard let assistance else { return Edit() }
    let found = completions(in: text, at: cursor, context: assistance)
    guard let first = found.first else { return Edit() }
    let same = found.filter { $0.range == first.range }
    let written = min(cursor, first.range.upper) - first.range.lower
    if same.count == 1 {
      let isOpen = first.text.hasSuffix("=") || first.text.hasSuffix("/")
      let isFollowed = text.utf8.dropFirst(cursor).first == UInt8(ascii: " ")
      return Edit(range: first.range, insertion: first.text + (isOpen || isFollowed ? "" : " "))
    }
    let shared = commonPrefix(same.map(\.text))
    if shared.utf8.count > written { return Edit(range: first.range, insertion: shared) }
    return Edit(listing: Listing(same).text(width: Terminal.width(of: 1), rows: Terminal.rows))
  }

  /// `?` lists what can stand at the cursor, or how the word before it may go on; nil within a text or a
  /// comment, and where nothing is known.
  package func explain(_ text: String, at cursor: Int) -> String? {
    guard let assistance else { return nil }
    let before = String(decoding: text.utf8.prefix(cursor), as: UTF8.self)
    let inside = highlights(in: before + "x", context: assistance).last
    if let style = inside?.style, [.text, .comment, .output, .heading].contains(style) {
      return nil
    }
    let found = possibilities(in: text, at: cursor, context: assistance)
    guard !found.isEmpty else { return nil }
    return Listing(found).text(width: Terminal.width(of: 1), rows: Terminal.rows)
  }

  private func commonPrefix(_ texts: [String]) -> String {
    guard var shared = texts.first else { return "" }
    for text in texts {
      while !text.hasPrefix(shared) { shared.removeLast() }
    }
    return shared
  }
}

extension Typist {
  /// More than this is not edited on the line but kept aside.
  static let largestPaste = 4000

  /// What goes into the line for a paste: prompts and recorded outputs of a transcript are taken off,
  /// and a very large paste is stood for by a placeholder.
  package func pasted(_ text: String) -> String {
    let clean = Transcript.commands(in: text)
    let lines = clean.count { $0 == "\n" }
    guard clean.utf8.count > Typist.largestPaste || lines > Terminal.rows - 4 else { return clean }
    pastes.append(clean)
    return placeholder(pastes.count - 1)
  }

  /// The line with the pastes that its placeholders stand for.
  package func expanded(_ text: String) -> String {
    var text = text
    for (index, paste) in pastes.enumerated() {
      text = text.replacing(placeholder(index), with: paste)
    }
    return text
  }

  private func placeholder(_ index: Int) -> String {
    "[paste \(index + 1): \(grouped(pastes[index].count)) characters]"
  }
}

/// Sessions as they look on a screen or in a document.
package enum Transcript {
  /// The lines without prompts (`mrs [3]> `, `..> `, `In [3]: `); when there were prompts, lines
  /// without one are output and are left out, as `#>` lines always are.
  package static func commands(in text: String) -> String {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let stripped = lines.map(withoutPrompt)
    let hasPrompts = stripped.contains { $0 != nil }
    let kept = zip(lines, stripped).compactMap { line, command -> Substring? in
      if let command { return command }
      return hasPrompts || line.hasPrefix("#>") ? nil : line
    }
    // A line end at the end of a paste is no wish to run it.
    var joined = kept.joined(separator: "\n")
    while joined.hasSuffix("\n") { joined.removeLast() }
    return joined
  }

  private static func withoutPrompt(_ line: Substring) -> Substring? {
    if line.hasPrefix("..> ") { return line.dropFirst(4) }
    for (start, end) in [("mrs [", "]> "), ("In [", "]: ")] where line.hasPrefix(start) {
      var rest = line.dropFirst(start.count)
      let digits = rest.prefix(while: \.isNumber)
      rest = rest.dropFirst(digits.count)
      if !digits.isEmpty, rest.hasPrefix(end) { return rest.dropFirst(end.count) }
    }
    return line.hasPrefix("mrs> ") ? line.dropFirst(5) : nil
  }
}
