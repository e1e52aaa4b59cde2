import Commands
import Language
import Reports

/// What one cell shows while it runs.
///
/// Progress is one line that moves. It is an output of its own, which is taken away by showing all others
/// anew before the next one comes.
final class CellOutputs {
  typealias Send = (_ type: String, _ content: JSON) -> Void

  private let send: Send
  private let now: () -> Double
  private var line = ProgressLine()
  /// What the cell shows besides progress.
  private var shown: [(type: String, content: JSON)] = []
  /// How many lines of progress there were, and whether the last one stands.
  private var lines = 0
  private var hasLine = false

  /// With more outputs than this the line of progress stays where it is: showing all anew would take long.
  private static let mostShownAnew = 40

  private static let page = Page(width: 100)

  init(now: @escaping () -> Double, send: @escaping Send) {
    self.now = now
    self.send = send
  }

  func say(_ text: String, to stream: String = "stdout") {
    guard !text.isEmpty else { return }
    add("stream", .object(["name": .string(stream), "text": .string(text)]))
  }

  /// - Parameter count: the number of the cell whose result it is; nil for what is shown by the way.
  func show(_ report: Report, resultOf count: Int? = nil) {
    if Bundles.isSpoken(report) { return say(PlainRenderer().text(report)) }
    for (index, data) in Bundles.parts(of: report).enumerated() {
      var members: [JSON.Member] = [.init("data", data), .init("metadata", .object([]))]
      if index == 0, let count {
        members.append(.init("execution_count", .number(count)))
        add("execute_result", .object(members))
      } else {
        add("display_data", .object(members))
      }
    }
  }

  func show(_ fault: KernelFault) { add("error", fault.content) }

  func show(_ progress: Progress) {
    guard let text = line.next(progress, at: now(), width: Self.page.width, page: Self.page) else {
      return
    }
    if !hasLine { lines += 1 }
    let content = JSON.object([
      "data": .object(["text/plain": .string(text)]), "metadata": .object([]),
      "transient": .object(["display_id": .string("progress-\(lines)")]),
    ])
    send(hasLine ? "update_display_data" : "display_data", content)
    hasLine = true
  }

  /// Takes the line of progress away, since nothing more comes.
  func close() { clearLine(isLast: true) }

  private func add(_ type: String, _ content: JSON) {
    clearLine()
    shown.append((type, content))
    send(type, content)
  }

  private func clearLine(isLast: Bool = false) {
    line = ProgressLine()
    guard hasLine else { return }
    hasLine = false
    guard shown.count <= Self.mostShownAnew else { return }
    // To wait for what comes next spares a flicker.
    send("clear_output", .object(["wait": .truth(!(isLast && shown.isEmpty))]))
    for output in shown { send(output.type, output.content) }
  }
}

/// Why a cell failed, in the terms of Jupyter.
struct KernelFault: Equatable {
  /// The code of the diagnostic: `E0404`.
  var name: String
  var message: String
  /// What is shown: the lines of the excerpt with its remedies.
  var lines: [String]

  init(_ name: String, _ message: String, lines: [String]) {
    self.name = name
    self.message = message
    self.lines = lines
  }

  /// At most this many faults of one cell are shown; the rest are mostly consequences.
  private static let most = 20

  init(_ faults: [Diagnostic], in source: Source) {
    var renderer = TerminalRenderer()
    renderer.page = Page(width: 100, hasColour: true)
    let texts = faults.prefix(Self.most).map { renderer.text($0, in: source) }
    lines = texts.joined(separator: "\n").split(separator: "\n", omittingEmptySubsequences: false)
      .map(String.init)
    if lines.last == "" { lines.removeLast() }
    if faults.count > Self.most { lines.append("… and \(faults.count - Self.most) more") }
    name = faults.first?.code ?? ""
    message = faults.first?.message ?? ""
  }

  var members: [JSON.Member] {
    [
      .init("ename", .string(name)), .init("evalue", .string(message)),
      .init("traceback", .strings(lines)),
    ]
  }

  var content: JSON { .object(members) }
}
