import ArgumentParser
import Commands
import Kernels
import Language
import LibC
import Reports

/// `mrs help TOPIC`
struct HelpTopicCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "help", abstract: "Explain a command, an algorithm, a metric, or list them.",
    discussion: """
      `mrs help changes` tells what changed for users, by version. `mrs help --html FOLDER` writes everything \
      that can be explained as web pages that can be searched without a network, and runs all examples for it.
      """)

  @ArgumentParser.Argument(
    help: "What to explain; nothing lists all topics.",
    completion: .list(TopicGroup.topics.map(\.name)))
  var topic: String?

  @Option(
    help: ArgumentHelp("Write all of help as web pages into a folder.", valueName: "folder"),
    completion: .directory)
  var html: String?

  @OptionGroup var kernels: KernelOptions
  @OptionGroup var options: OutputOptions

  func validate() throws {
    if topic != nil, html != nil {
      throw ValidationError("--html writes the pages of all topics: leave out `\(topic ?? "")`")
    }
  }

  func run() throws {
    let output = options.output()
    if let html { return try write(to: html, output) }
    // The parser's own words point here for its subcommands; names of the language come first.
    if let topic, !TopicGroup.topics.contains(where: { $0.name == topic }),
      let subcommand = MrsCommand.configuration.subcommands.first(where: {
        $0.configuration.commandName == topic
      })
    {
      output.write(MrsCommand.helpMessage(for: subcommand) + "\n", STDOUT_FILENO)
      return
    }
    let line = topic.map { "help \($0)" } ?? "help"
    try ScriptRunner(output: output).run(Source(text: line)).leave()
  }

  private func write(to folder: String, _ output: Output) throws {
    var count = 0
    do {
      try Reference.pages(kernels: try kernels.chosen()).make { path, text in
        let file = folder + "/" + path
        guard Files.makeFolder(Files.folder(of: file), mode: 0o777) else {
          throw CommandFailure("E0504", "no folder can be made at \(Files.folder(of: file))")
        }
        try Files.write(Array(text.utf8), to: file, named: file)
        if path.hasSuffix(".html") { count += 1 }
      }
    } catch let failure as CommandFailure {
      return try output.refuse(failure, folder).leave()
    }
    if !options.quiet {
      output.write("Wrote \(count) pages; the first is \(folder)/index.html\n", STDOUT_FILENO)
    }
  }
}

/// What `mrs help --html` writes.
package enum Reference {
  package static func pages(kernels: KernelSet) -> ReferencePages {
    ReferencePages(
      version: Version.text, host: TerminalHost(isTimeless: true, kernels: kernels),
      appendices: [commandLine])
  }

  /// The subcommands of the program, by their own help.
  private static var commandLine: ReferencePages.Appendix {
    ReferencePages.Appendix(
      "command-line", title: "Command line", summary: MrsCommand.configuration.abstract,
      [.code(MrsCommand.helpMessage())]
        + MrsCommand.configuration.subcommands.flatMap { subcommand in
          [
            Report.Block.heading("mrs " + (subcommand.configuration.commandName ?? "")),
            .code(MrsCommand.helpMessage(for: subcommand, columns: 88)),
          ]
        })
  }
}
