import CLineEditor
import Language
import LibC
import Reports

/// Lines from a terminal through libedit: completion, history, highlighting, suggestions, paste.
package final class LibeditEditor: LineEditor {
  package var assistance: AssistanceContext? {
    get { typist.assistance }
    set { typist.assistance = newValue }
  }
  package var offer: String? {
    get { typist.offer }
    set { typist.offer = newValue }
  }
  package let wayToTakeOffers = "Tab takes the fix, `fix` runs it"
  private let typist: Typist
  private let editor: OpaquePointer

  /// Nil when the terminal cannot be edited on.
  package init?(history: History, highlights: Bool, news: (() -> String?)? = nil) {
    let typist = Typist(history: history)
    typist.news = news
    let codes = highlights ? Theme.codes : []
    let copies = codes.map { strdup($0) }
    defer { copies.forEach { free($0) } }
    var pointers = copies.map { UnsafePointer($0) }
    guard
      let editor = mrs_editor_open(owner(of: typist), &pointers, Int32(pointers.count))
    else { return nil }
    self.typist = typist
    self.editor = editor
  }

  deinit { mrs_editor_close(editor) }

  package func read(prompt: String, initial: String) -> LineInput {
    typist.beginLine()
    var line: UnsafeMutablePointer<CChar>?
    let outcome = mrs_editor_read(editor, prompt, initial, &line)
    defer { free(line) }
    switch outcome {
    case MRS_LINE: return .line(typist.expanded(line.map { String(cString: $0) } ?? ""))
    case MRS_INTERRUPTED: return .interrupted
    case MRS_LINE_DROPPED: return .dropped
    default: return .end
    }
  }
}

/// The functions that libedit's keys call, each forwarded to the typist behind the context.
private func owner(of typist: Typist) -> mrs_owner {
  mrs_owner(
    context: Unmanaged.passUnretained(typist).toOpaque(),
    goes_on: { me($0).goesOn(text($1)) ? 1 : 0 },
    style: { context, line, count, inks in
      guard let inks else { return }
      me(context).style(text(line), into: UnsafeMutableBufferPointer(start: inks, count: count))
    },
    ghost: { copy(me($0).ghost(text($1))) },
    complete: { context, line, cursor in
      let edit = me(context).complete(text(line), at: cursor)
      return mrs_edit(
        start: edit.range.lower, end: edit.range.upper, insertion: copy(edit.insertion),
        listing: copy(edit.listing))
    },
    explain: { copy(me($0).explain(text($1), at: $2)) },
    recall: { copy(me($0).history.recall(text($1), direction: Int($2))) },
    pick: { context, editor, line in
      guard let editor else { return nil }
      return copy(HistoryPicker(history: me(context).history, editor: editor).pick(text(line)))
    },
    pasted: { copy(me($0).pasted(text($1))) },
    edit: { copy(ExternalEditor.edit(me($0).expanded(text($1)))) },
    news: typist.news == nil ? nil : { copy(me($0).news?()) })
}

private func me(_ context: UnsafeMutableRawPointer?) -> Typist {
  guard let context else { preconditionFailure("libedit called back without its context") }
  return Unmanaged<Typist>.fromOpaque(context).takeUnretainedValue()
}

private func text(_ pointer: UnsafePointer<CChar>?) -> String {
  pointer.map { String(cString: $0) } ?? ""
}

/// A copy that C frees.
private func copy(_ text: String?) -> UnsafeMutablePointer<CChar>? { text.flatMap { strdup($0) } }
