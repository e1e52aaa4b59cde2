import Language
import Reports

/// The whole of `help` as web pages that need no network: each name with its options and its examples, and what these
/// say when they run here.
package struct ReferencePages {
  /// A page of what is not in the catalogs.
  package struct Appendix {
    let name: String
    let title: String
    let summary: String
    let blocks: [Report.Block]

    package init(_ name: String, title: String, summary: String, _ blocks: [Report.Block]) {
      self.name = name
      self.title = title
      self.summary = summary
      self.blocks = blocks
    }
  }

  private let version: String
  private let stage: ExampleStage
  private let appendices: [Appendix]
  private let groups = TopicGroup.all
  private let links = ReferenceLinks(TopicGroup.all)

  /// - Parameters:
  ///   - host: what the examples compute with; they neither read nor write its files.
  ///   - appendices: shown behind the groups of `help`.
  package init(version: String, host: any Host, appendices: [Appendix]) {
    self.version = version
    stage = ExampleStage(host)
    self.appendices =
      [
        Appendix(
          "changes", title: "Changes", summary: "What changed for users, by version.",
          releases.flatMap(\.blocks))
      ] + appendices
  }

  /// Makes all pages and what they need.
  ///
  /// - Parameter write: takes a path below the folder of the reference, and the file's text.
  package func make(_ write: (String, String) throws -> Void) throws {
    var index: [JSON] = []
    func add(_ page: ReferencePage, _ kind: String, _ words: String) throws {
      try write(page.path, page.text(frame))
      index.append(
        .object([
          "path": .string(page.path), "name": .string(page.title), "kind": .string(kind),
          "summary": .string(page.summary), "words": .string(words),
        ]))
    }
    for group in groups {
      try add(page(of: group), "group", "")
      for form in group.members.forms {
        let words = form.details + form.parameters.map { " \($0.name) \($0.summary)" }.joined()
        try add(page(of: form, in: group), group.members.noun, words)
      }
    }
    try add(codesPage, "group", "")
    for code in codePages { try add(page(of: code), "message", code.text) }
    for appendix in appendices { try add(page(of: appendix), "page", words(of: appendix)) }
    let start = startPage
    try write(start.path, start.text(frame))
    try write("style.css", ReferenceStyle.style)
    try write("search.js", "const PAGES = \(JSON.array(index).text);\n" + ReferenceStyle.search)
  }

  private var frame: ReferencePage.Frame {
    ReferencePage.Frame(
      version: version,
      entries: groups.map { ($0.name, "\($0.name).html") } + [("messages", "codes.html")]
        + appendices.map { ($0.title.lowercased(), "\($0.name).html") },
      links: links)
  }

  private func words(of appendix: Appendix) -> String {
    appendix.blocks.map { block in
      switch block {
      case .text(let text), .note(let text), .heading(let text), .code(let text): text + " "
      default: ""
      }
    }.joined()
  }

  // MARK: Pages

  private var startPage: ReferencePage {
    var body = ""
    for group in groups {
      body += "<h2><a href=\"\(group.name).html\">\(markup(group.name))</a></h2>\n"
      body += links.linked("<p>\(markup(group.summary))</p>\n", on: "index.html")
      body += "<p class=\"names\">"
      body += group.members.names.map { name in
        "<a href=\"\(group.name)/\(name).html\"><code>\(markup(name))</code></a>"
      }.joined(separator: " ")
      body += "</p>\n"
    }
    return ReferencePage(
      path: "index.html", title: "mrs \(version)",
      summary: "Every command, algorithm, metric and message, and each example with what it says.",
      body: body)
  }

  private func page(of group: TopicGroup) -> ReferencePage {
    ReferencePage(
      path: "\(group.name).html", title: group.name, summary: group.summary,
      body: list(
        on: "\(group.name).html",
        group.members.forms.map { ($0.name, "\(group.name)/\($0.name).html", $0.summary) }))
  }

  private var codesPage: ReferencePage {
    ReferencePage(
      path: "codes.html", title: "messages", summary: "What each code of a message means.",
      body: list(on: "codes.html", codePages.map { ($0.code, "codes/\($0.code).html", $0.title) }))
  }

  private func list(
    on path: String, _ entries: [(name: String, path: String, summary: String)]
  ) -> String {
    "<dl>\n"
      + entries.map { entry in
        "<dt><a href=\"\(entry.path)\"><code>\(markup(entry.name))</code></a></dt>"
          + "<dd>\(links.linked(markup(entry.summary), on: path))</dd>\n"
      }.joined() + "</dl>\n"
  }

  private func page(of form: Form, in group: TopicGroup) -> ReferencePage {
    let path = "\(group.name)/\(form.name).html"
    let help = HelpPage(form, of: group)
    var body = fragment(help.body, on: path)
    for choice in help.choices {
      let names = choice.members.names.map { name in
        let code = "<code>\(markup(name))</code>"
        return links.path(of: name, in: choice.members).map { "<a href=\"../\($0)\">\(code)</a>" }
          ?? code
      }
      body +=
        "<p class=\"names\"><b>\(markup(choice.name))</b>: \(names.joined(separator: " "))</p>\n"
    }
    body += fragment(help.needs, on: path)
    if !form.examples.isEmpty { body += "<h2>Examples</h2>\n" }
    for example in form.examples { body += section(example, of: form, in: group, on: path) }
    return ReferencePage(
      path: path, title: form.name, kind: group.members.noun, summary: form.summary,
      body: body + mentions(of: form.name, on: path))
  }

  private func section(
    _ example: Example, of form: Form, in group: TopicGroup, on path: String
  ) -> String {
    let shown = ShownExample(example, of: form, in: group, on: stage)
    var text = "<section>\n"
    if !example.summary.isEmpty { text += "<p class=\"note\">\(markup(example.summary))</p>\n" }
    // Lines of formats are for the shell.
    let line = group.name == "formats" ? markup(example.line) : colouredMarkup(example.line)
    text += "<pre class=\"in\"><code>\(line)</code></pre>\n"
    if !shown.before.isEmpty {
      let lines = shown.before.map { "<code>\(markup($0))</code>" }.joined(separator: ", ")
      text += links.linked("<p class=\"note\">after \(lines)</p>\n", on: path)
    }
    return text + "<div class=\"out\">\n\(shown.said)</div>\n</section>\n"
  }

  /// Links to the pages whose examples use a name.
  private func mentions(of name: String, on path: String) -> String {
    let pages = groups.flatMap { group in
      group.members.forms.filter { form in
        form.examples.contains { $0.line.split { " =@;|,[]".contains($0) }.contains { $0 == name } }
      }.map { ($0.name, "\(group.name)/\($0.name).html") }
    }.filter { $0.1 != path }
    guard !pages.isEmpty else { return "" }
    let names = pages.map { "<a href=\"../\($0.1)\"><code>\(markup($0.0))</code></a>" }
    return "<p class=\"names\">Used in examples of \(names.joined(separator: " "))</p>\n"
  }

  private func page(of code: CodePage) -> ReferencePage {
    let path = "codes/\(code.code).html"
    var body = fragment(code.text.isEmpty ? [] : [.text(code.text)], on: path)
    if !code.wrong.isEmpty {
      let source = Source(name: "example", text: code.wrong)
      let all = Interpreter().check(source, host: stage.files, lints: true)
      let own = all.filter { $0.code == code.code }
      let faults = own.isEmpty ? all : own
      body +=
        "<h2>What is refused</h2>\n<pre class=\"in\"><code>\(colouredMarkup(code.wrong))</code></pre>\n"
      body +=
        "<div class=\"out\">\n\(faults.map { HTMLRenderer().text($0, in: source) }.joined())</div>\n"
      body +=
        "<h2>What is right</h2>\n<pre class=\"in\"><code>\(colouredMarkup(code.right))</code></pre>\n"
    }
    return ReferencePage(
      path: path, title: code.code, kind: "message", summary: code.title, body: body)
  }

  private func page(of appendix: Appendix) -> ReferencePage {
    let path = "\(appendix.name).html"
    return ReferencePage(
      path: path, title: appendix.title, summary: appendix.summary,
      body: fragment(appendix.blocks, on: path))
  }

  private func fragment(_ blocks: [Report.Block], on path: String) -> String {
    links.linked(HTMLRenderer().text(Report(blocks)), on: path)
  }
}
