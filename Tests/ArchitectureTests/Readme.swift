import Commands
import FoundationEssentials
import Language
import Reports

/// The README's parts that come from the program itself, each between a start and an end.
struct Readme {
  /// A part of a text between two markers, which stay.
  struct Part {
    var start: String
    var end: String
  }

  /// A script with its recorded output behind `#>`.
  static let session = Part(start: "```mrs\n", end: "```\n")
  static let commandTable = Part(start: "<!-- commands -->\n", end: "<!-- end of commands -->\n")
  static let path = "README.md"

  var text: String

  /// What stands in a part.
  subscript(part: Part) -> String {
    get { range(of: part).map { String(text[$0]) } ?? "" }
    set {
      if let range = range(of: part) { text.replaceSubrange(range, with: newValue) }
    }
  }

  private func range(of part: Part) -> Range<String.Index>? {
    guard let start = text.firstRange(of: part.start),
      let end = text[start.upperBound...].firstRange(of: part.end)
    else { return nil }
    return start.upperBound..<end.lowerBound
  }

  /// The script with what each of its statements says below it.
  static func recorded(_ script: String) -> String {
    var interpreter = Interpreter()
    var renderer = PlainRenderer()
    renderer.page.width = 90
    let source = Source(name: path, text: script)
    var lines: [String] = []
    let result = interpreter.run(source, host: MemoryHost()) { outcome in
      lines += outcome.text.split(separator: "\n").map(String.init)
      let said = outcome.report.map { renderer.text($0) } ?? ""
      lines += said.split(separator: "\n", omittingEmptySubsequences: true).map { "#> \($0)" }
    }
    if result != .completed { lines.append("#> \(result)") }
    return lines.map { $0 + "\n" }.joined()
  }

  /// One row for every command, in the order of the catalog.
  static func table(of forms: [Form]) -> String {
    let rows = forms.map { form in
      "| `\(form.name)` | \(form.summary) | `\(form.examples.first?.line ?? form.name)` |\n"
    }
    return "| command | what it does | example |\n| --- | --- | --- |\n" + rows.joined()
  }
}
