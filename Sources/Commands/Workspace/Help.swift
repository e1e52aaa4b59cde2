import Language
import Reports

/// `help maml`: what something is, how it is written, and lines that show it at work.
package struct Help: Command {
  package var topics: [String] = []

  package init() {}

  package static let signature = Signature<Self>(
    "help", "Explains commands, algorithms, metrics and everything else that has a name.",
    [
      .rest(
        "topic", \.topics, "what to explain; nothing lists the commands",
        expects: "the name of a command, an algorithm, a metric or a group of them",
        completion: .live("topic"))
    ],
    examples: [
      Example("help"), Example("help meta-train"), Example("help metrics"), Example("help maml"),
    ])

  package func run(in session: inout Session, host: any Host) throws -> Report {
    let groups = TopicGroup.all(session.catalog.members)
    if topics.isEmpty { return overview(groups) }
    var blocks: [Report.Block] = []
    for topic in topics {
      blocks += try session.procedures[topic]?.help ?? explanation(of: topic, groups)
    }
    return Report(blocks)
  }

  private func overview(_ groups: [TopicGroup]) -> Report {
    var table = groups[0].table()
    table.footnotes = [
      "`help NAME` explains one of them; `help \(groups.dropFirst().map(\.name).joined(separator: "`, `help "))` list more; `help changes` tells what is new."
    ]
    return Report([.table(table)])
  }

  private func explanation(
    of topic: String, _ groups: [TopicGroup]
  ) throws -> [Report.Block] {
    let name = String(topic.split(separator: "@").first ?? "")
    if let group = groups.first(where: { $0.name == name }) {
      return [.table(group.table())]
    }
    let pages = groups.flatMap { group in
      group.members.forms.filter { $0.name == name }.map { HelpPage($0, of: group).blocks }
    }
    if !pages.isEmpty { return Array(pages.joined()) }
    if topic == "changes" { return releases.flatMap(\.blocks) }
    if let page = codePage(of: topic) {
      return [.heading("\(page.code): \(page.title)")] + page.blocks
    }
    throw CommandFailure(
      "E0202", "there is no help on `\(topic)`", help: ["`help` lists what there is"],
      suggestions: suggestions(
        for: topic, among: TopicGroup.topics(groups[0].members).map(\.name)),
      argument: topic)
  }
}

extension Procedure {
  /// What help says of a verb that `def` has made: its `##` lines, and its parameters.
  fileprivate var help: [Report.Block] {
    let parameters = definition.parameters.map { parameter in
      parameter.defaultValue.map { "[\(parameter.name.text)=\(source.slice($0.range))]" }
        ?? parameter.name.text.uppercased()
    }
    var blocks: [Report.Block] = [.heading(name)]
    if !definition.documentation.isEmpty { blocks.append(.text(definition.documentation)) }
    blocks.append(.code(([name] + parameters).joined(separator: " ")))
    return blocks + [
      .note("A verb made by `def`\(source.name.isEmpty ? "" : " in \(source.name)").")
    ]
  }
}

/// What help says of one form.
struct HelpPage {
  private let form: Form
  private let group: TopicGroup

  init(_ form: Form, of group: TopicGroup) {
    self.form = form
    self.group = group
  }

  var blocks: [Report.Block] {
    let notes = choices.map { choice in
      Report.Block.note(
        "\(choice.name): \(choice.members.names.joined(separator: ", ")); `help NAME` lists the options of each"
      )
    }
    let examples: [Report.Block] = form.examples.isEmpty ? [] : [.code(aligned(form.examples))]
    return [.heading(form.name), .text(form.summary)] + body + notes + needs + examples
  }

  /// How it is written and what its parts are.
  var body: [Report.Block] {
    var blocks: [Report.Block] = form.details.isEmpty ? [] : [.text(form.details)]
    if group.name == "commands", usage != aligned(form.examples) { blocks.append(.code(usage)) }
    return blocks + parameters
  }

  /// What stands in a part that is one of a catalog.
  var choices: [(name: String, members: MemberList)] {
    shown.compactMap { parameter in parameter.members.map { (parameter.name, $0) } }
  }

  var needs: [Report.Block] {
    let needs = form.needs.map { "\($0.name) (`\($0.remedy)`)" }
    return needs.isEmpty ? [] : [.note("Needs " + needs.joined(separator: " and ") + ".")]
  }

  /// The line as it is written, optional parts in brackets.
  private var usage: String {
    let parts = form.parameters.compactMap { parameter -> String? in
      switch parameter.place {
      case .positional:
        parameter.isRequired ? parameter.name.uppercased() : "[\(parameter.name.uppercased())]"
      case .filler, .flag, .noun: "[\(parameter.name)]"
      case .rest: "[\(parameter.name.uppercased()) …]"
      case .pairs: "[\(parameter.name.uppercased())=VALUE …]"
      case .option: nil
      }
    }
    let hasOptions = form.parameters.contains { $0.place == .option || $0.members != nil }
    return ([form.name] + parts + (hasOptions ? ["[option=value …]"] : [])).joined(separator: " ")
  }

  private var shown: [ParameterForm] {
    form.parameters.filter { $0.place != .filler && $0.place != .noun }
  }

  private var parameters: [Report.Block] {
    guard !shown.isEmpty else { return [] }
    let table = Table(
      columns: [
        .init(isOnlyOptions ? "option" : "part"), .init("takes"), .init("default"),
        .init("what it is"),
      ],
      rows: shown.map { parameter in
        let sign = parameter.place == .option ? "=" : ""
        return [
          .text(parameter.name + sign), .text(takes(parameter)), .text(parameter.defaultText),
          .text(parameter.summary),
        ]
      })
    return [.table(table)]
  }

  private var isOnlyOptions: Bool { form.parameters.allSatisfy { $0.place == .option } }

  private func takes(_ parameter: ParameterForm) -> String {
    let names = parameter.namedValues.map(\.name)
    // Where names are only some of what may stand there, the words say what else.
    let isNamed = !names.isEmpty && parameter.expectation.contains("one of")
    return isNamed
      ? names.joined(separator: ", ") : parameter.expectation.replacing("`", with: "")
  }
}
