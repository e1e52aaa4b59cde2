import ArgumentParser
import CLineEditor
import Commands
import Kernels
import Language
import LibC
import Reports
import Synchronization

/// The `mrs` command line.
package struct MrsCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "mrs",
    abstract: "A laboratory for meta-learning recommendation in a terminal.",
    discussion: """
      Without a subcommand it opens the prompt; with something piped in, it runs that as a script.

      Exit status:
        0    fine
        1    an expectation or a recorded output differs
        2    the script is invalid, nothing ran
        3    a command failed, used more memory than allowed, or output could not be written
        4    the same seed gave different results
        64   wrong usage
        124  took longer than allowed
        130  interrupted
      """,
    version: Version.report,
    subcommands: [
      PromptCommand.self, RunCommand.self, CheckCommand.self, PlanCommand.self, TestCommand.self,
      FormatCommand.self, FixCommand.self, PromoteCommand.self, ConvertCommand.self,
      JupyterCommand.self, ServeCommand.self, LanguageServerCommand.self, SyntaxCommand.self,
      HelpTopicCommand.self,
      CompletionsCommand.self, ManualCommand.self,
    ],
    defaultSubcommand: PromptCommand.self)

  package init() {}

  /// Runs the program and ends the process.
  package static func start() -> Never {
    Terminal.openStreams()
    mrs_locale_start()
    // A library that was loaded before may have set it.
    Arithmetic.controlWord = Arithmetic.standardWord
    KernelSet.refuseUnknown()
    LibC.exit(Terminal.closeStreams(endingWith: ended(as: Launch())).rawValue)
  }

  /// Runs the subcommand that the command line names; returns what it comes to. Its help, and what is wrong
  /// with its words, is written as everything else is.
  ///
  /// - Parameter launch: which of several ranks this process is.
  private static func ended(as launch: Launch?) -> ExitStatus {
    do {
      var command = try parseAsRoot()
      guard let launch else { return ended { try command.run() } }
      guard let shared = command as? RunCommand else {
        return launch.refuse(type(of: command)._commandName)
      }
      return launch.share { ended { try shared.run() } }
    } catch {
      return ended { throw error }
    }
  }

  private static func ended(_ work: () throws -> Void) -> ExitStatus {
    do {
      try work()
      return .success
    } catch {
      let (code, text) = (exitCode(for: error), fullMessage(for: error))
      if !text.isEmpty {
        Terminal.write(text + "\n", to: code.isSuccess ? STDOUT_FILENO : STDERR_FILENO)
      }
      return ExitStatus(rawValue: code.rawValue) ?? .failed
    }
  }
}

extension ExitStatus {
  /// Ends the subcommand with this status.
  func leave() throws {
    if self != .success { throw ExitCode(rawValue) }
  }
}

/// `mrs`: the prompt, or a script from a pipe.
struct PromptCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prompt", abstract: "Open the prompt, or run what is piped in.")

  @Option(
    help: ArgumentHelp("Share this session: write its cells to a file.", valueName: "file"))
  var share: String?

  @Option(
    help: ArgumentHelp(
      "Follow a session that is shared in a file; `pull` takes its cells over.",
      valueName: "file"))
  var follow: String?

  @OptionGroup var kernels: KernelOptions
  @OptionGroup var options: OutputOptions

  /// What was meant to be a subcommand, since words that name none come here.
  @ArgumentParser.Argument(help: .hidden) var words: [String] = []

  func validate() throws {
    if let word = words.first { throw ValidationError(Self.refusal(of: word)) }
  }

  /// Why a word is no subcommand, and what was meant.
  private static func refusal(of word: String) -> String {
    let remedy: String
    if word.hasSuffix(".mrs") {
      remedy = "`mrs run \(word)` runs a script"
    } else if commands.types.contains(where: { $0.name == word }) {
      remedy = "`\(word)` is a command of the language: type it at the prompt, or in a script"
    } else {
      let names = MrsCommand.configuration.subcommands.map { $0._commandName }
      let near = suggestions(for: word, among: names).first.map { "did you mean `mrs \($0)`? " }
      remedy = (near ?? "") + "`mrs --help` lists them"
    }
    return "there is no subcommand `\(word)`: \(remedy)"
  }

  func run() throws {
    let terminal = options.terminal
    let output = options.output(kernels: try kernels.chosen(), mayFollow: terminal.hasInput)
    guard terminal.hasInput else {
      mrs_signals_start(1)
      do {
        let source = try Source(reading: "/dev/stdin", host: TerminalHost())
        let script = Source(name: "stdin", text: source.text)
        let host = output.host
        Limits().watch { host.end("the script", $0, $1) }
        try ScriptRunner(output: output).run(script).leave()
      } catch let failure as CommandFailure {
        try output.refuse(failure, "stdin").leave()
      }
      return
    }
    mrs_signals_start(0)
    var sharing: Sharing?
    do throws(CommandFailure) {
      sharing = try share.map { path throws(CommandFailure) in try Sharing(path: path) }
    } catch {
      _ = output.refuse(error, share ?? "")
      return try ExitStatus.usage.leave()
    }
    let following = follow.map { Following(path: $0) }
    let history = History(path: History.usualPath)
    var editor: any LineEditor = PlainReader()
    if terminal.allowsEditing, !options.plain,
      let edited = LibeditEditor(
        history: history, highlights: terminal.allowsColour,
        news: following.map { following in { output.news(of: following) } })
    {
      editor = edited
    }
    let bench = Workbench(
      journals: JournalFolder.usual, sharing: sharing, following: following,
      results: ResultCache.recoverable, lessons: LessonFile.usual
    ) { output.say($0) }
    let repl = Repl(
      editor: editor, history: history, bench: bench, output: output, terminal: terminal)
    try repl.run().leave()
  }
}

/// `mrs run FILE name=value…`
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Check a script and run it.",
    discussion: """
      `--format html` writes what the script says, and nothing else, to standard output as it comes. \
      `--publish out.html` writes a whole document besides, the script with all it says at its place, for \
      which the ending decides; when a line fails, the document ends there, and the exit status says so. \
      `mrs convert script.mrs out.html` makes a document and runs nothing: it takes recorded output along.
      """)

  @ArgumentParser.Argument(
    help: "The script; `-` reads standard input.", completion: .file(extensions: ["mrs"]))
  var file: String

  @ArgumentParser.Argument(help: "Values of the script's parameters: name=value.")
  var values: [String] = []

  @Flag(help: "No lengths of time in the output: the clock stands still.")
  var deterministic = false

  @Option(
    help: ArgumentHelp(
      "Write the script and what it says as a document, too: \(notebookEndings).",
      valueName: "file"))
  var publish: String?

  @OptionGroup var sandbox: SandboxOptions
  @OptionGroup var limits: LimitOptions
  @OptionGroup var kernels: KernelOptions
  @OptionGroup var options: OutputOptions

  func validate() throws {
    if let publish, notebookFormat(of: publish) == nil {
      throw ValidationError("the ending of `\(publish)` should be \(notebookEndings)")
    }
  }

  func run() throws {
    mrs_signals_start(1)
    let parameters = try Parameters(values).values
    let isInput = file == "-"
    let folder = isInput ? "" : self.folder
    var limits = try self.limits.limits()
    // The clock is rank 0's.
    if let ranks = Ranks.current, !ranks.isFirst { limits.seconds = nil }
    let output = options.output(
      directory: folder, sandbox: sandbox.sandbox(of: isInput ? "." : Files.folder(of: file)),
      isTimeless: deterministic, mostMemory: limits.bytes, kernels: try kernels.chosen())
    let name = isInput ? "the script" : file
    let host = output.host
    let document = Mutex<PublishedRun?>(nil)
    limits.watch { reason, status in
      document.withLock { $0 }?.end(because: reason)
      host.end(name, reason, status)
    }
    do {
      let read = try Source(reading: isInput ? "/dev/stdin" : file, host: TerminalHost().shared)
      let source = isInput ? Source(name: "stdin", text: read.text) : read
      let published = try publish.flatMap { path in
        try Ranks.onFirst { () throws(CommandFailure) in
          try PublishedRun(source, to: path, given: values, isTimeless: deterministic)
        }
      }
      document.withLock { $0 = published }
      let runner = ScriptRunner(output: output, parameters: parameters, document: published)
      let status = runner.run(source)
      if publish != nil {
        try Ranks.onFirst { () throws(CommandFailure) in try published?.write() }
      }
      try status.leave()
    } catch let failure as CommandFailure {
      try output.refuse(failure, failure.argument ?? file).leave()
    }
  }

  private var folder: String {
    let folder = Files.folder(of: file)
    return folder == "." ? "" : folder
  }
}

extension Output {
  /// Says that a file named on the command line cannot be read.
  func refuse(_ failure: CommandFailure, _ file: String) -> ExitStatus {
    let source = Source(text: file)
    let label =
      failure.suggestions.isEmpty
      ? "" : "did you mean " + failure.suggestions.map { "`\($0)`" }.joined(separator: " or ") + "?"
    show(
      Diagnostic(
        failure.code, failure.message, at: SourceRange(0, file.utf8.count), label: label,
        help: failure.help), in: source)
    return ExitStatus(failure)
  }
}
