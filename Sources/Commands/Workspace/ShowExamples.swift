import Language
import Reports

/// `examples maml`: lines that show something at work.
package struct ShowExamples: Command {
  package var topics: [String] = []

  package init() {}

  package static let signature = Signature<Self>(
    "examples", "Shows lines that use a command, an algorithm, a metric or an option.",
    details: "They run as they stand, on the built-in sample or after the commands they need.",
    [
      .rest(
        "topic", \.topics, "what to show at work; nothing shows one line for each command",
        expects: "the name of a command, an algorithm, a metric or an option",
        completion: .live("topic"))
    ],
    examples: [Example("examples maml"), Example("examples")])

  package func run(in session: inout Session, host: any Host) throws -> Report {
    let verbs = session.catalog.members
    let groups = TopicGroup.all(verbs)
    let forms = groups.flatMap(\.members.forms)
    if topics.isEmpty {
      return Report([.code(text(of: verbs.forms.compactMap(\.examples.first)))])
    }
    var blocks: [Report.Block] = []
    for topic in topics {
      let group = groups.first { $0.name == topic }
      let own = (group?.members.forms ?? forms.filter { $0.name == topic }).flatMap(\.examples)
      let others = forms.flatMap(\.examples).filter { words(of: $0).contains(topic) }
      guard !(own + others).isEmpty else {
        throw CommandFailure(
          "E0202", "no example shows `\(topic)`", help: ["`help` lists what there is"],
          suggestions: suggestions(for: topic, among: TopicGroup.topics(verbs).map(\.name)),
          argument: topic)
      }
      blocks.append(.code(text(of: own + others)))
    }
    return Report(blocks)
  }

  private func words(of example: Example) -> [String] {
    example.line.split { " =@;".contains($0) }.map(String.init)
  }

  private func text(of examples: [Example]) -> String {
    var seen = Set<String>()
    return aligned(examples.filter { seen.insert($0.line).inserted })
  }
}

/// Examples below each other, with what they show behind them.
func aligned(_ examples: [Example]) -> String {
  let width = examples.map { displayWidth($0.line) }.max() ?? 0
  return examples.map { example in
    example.summary.isEmpty
      ? example.line : padded(example.line, to: width) + "  # " + example.summary
  }.joined(separator: "\n")
}
