import Datasets
import Evaluation
import Language
import MetaLearning
import Models
import Reports

/// Everything that `help` can explain, by kind; made from the catalogs alone.
package struct TopicGroup: Sendable {
  /// What the group is asked for by: "algorithms".
  package let name: String
  package let summary: String
  package let members: MemberList

  /// Every group of the language as it comes, without verbs of a host.
  package static var all: [TopicGroup] { all(commands.members) }

  /// Every group, in the order that `help` lists them.
  ///
  /// - Parameter verbs: the commands that are known.
  static func all(_ verbs: MemberList) -> [TopicGroup] {
    [
      TopicGroup(name: "commands", summary: "what can be done", members: verbs),
      TopicGroup(
        name: "keywords", summary: "the words of the language itself", members: keywords.members),
      TopicGroup(
        name: "concepts", summary: "ideas that several commands have in common",
        members: concepts.members),
      TopicGroup(
        name: "algorithms", summary: "what `meta-train` learns with", members: metaLearners.members),
      TopicGroup(
        name: "baselines", summary: "what every model has to beat", members: baselines.members),
      TopicGroup(name: "metrics", summary: "what `evaluate` measures", members: metrics.members),
      TopicGroup(name: "networks", summary: "what `model` chooses", members: networks.members),
      TopicGroup(name: "losses", summary: "what training makes small", members: losses.members),
      TopicGroup(
        name: "optimizers", summary: "how training moves the weights", members: optimizers.members),
      TopicGroup(name: "data", summary: "what `load` reads", members: datasetFormats.members),
      TopicGroup(
        name: "searches", summary: "ways to `search` for good options",
        members: searchStrategies.members),
      TopicGroup(name: "plots", summary: "what `plot` draws", members: plots.members),
      TopicGroup(name: "views", summary: "what `show` shows", members: views.members),
      TopicGroup(
        name: "explanations", summary: "what `explain` explains", members: explanations.members),
      TopicGroup(name: "files", summary: "what `save` writes", members: saveables.members),
      TopicGroup(
        name: "documents", summary: "what `publish` writes", members: notebookFormats.members),
      TopicGroup(
        name: "formats", summary: "how results are written", members: renderers.members),
    ]
  }

  /// Names and summaries of everything that can be asked for.
  package static var topics: [NamedValue] { topics(commands.members) }

  /// The same where other commands are known.
  package static func topics(_ verbs: MemberList) -> [NamedValue] {
    var seen = Set<String>()
    let groups = all(verbs)
    let topics =
      groups.map { NamedValue($0.name, $0.summary) }
      + groups.flatMap { $0.members.forms.map { NamedValue($0.name, $0.summary) } }
      + [NamedValue("changes", "what changed for users, by version")]
    return topics.filter { seen.insert($0.name).inserted }
  }

  /// The members as a table of names and summaries.
  func table() -> Table {
    Table(
      name, columns: [.init("name"), .init("what it is")],
      rows: members.forms.map { [.text($0.name), .text($0.summary)] })
  }
}
