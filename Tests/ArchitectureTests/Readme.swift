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
  /// The same of interactions.
  static let clicks = Part(start: "<!-- clicks -->\n```mrs\n", end: "```\n")
  static let commandTable = Part(start: "<!-- commands -->\n", end: "<!-- end of commands -->\n")

  var text: String

  init() throws { text = try SourceTree.text("README.md") }

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

  /// Replaces a part in the file.
  mutating func record(_ part: Part, _ contents: String) throws {
    self[part] = contents
    try text.write(toFile: SourceTree.root + "/README.md", atomically: true, encoding: .utf8)
  }

  /// One row for every command, in the order of the catalog.
  static func table(of forms: [Form]) -> String {
    let rows = forms.map { form in
      "| `\(form.name)` | \(form.summary) | `\(form.examples.first?.line ?? form.name)` |\n"
    }
    return "| command | what it does | example |\n| --- | --- | --- |\n" + rows.joined()
  }
}

extension StatementOutcome {
  /// The statement with what it says below it, each line behind `#>`.
  var recorded: String {
    var renderer = PlainRenderer()
    renderer.page.width = 90
    let said = report.map { renderer.text($0) } ?? ""
    return text + "\n" + said.split(separator: "\n").map { "#> \($0)\n" }.joined()
  }
}
