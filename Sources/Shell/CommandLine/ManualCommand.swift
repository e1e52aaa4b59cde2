import ArgumentParser
import Commands
import Language
import LibC
import Reports

/// `mrs completions bash`
struct CompletionsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "completions", abstract: "Write what completes `mrs` on a shell's command line.",
    discussion: """
      Subcommands, their options, scripts and the topics of `mrs help`. For this session: \
      `source <(mrs completions bash)`; `scripts/install` puts them where the shells look.
      """)

  @ArgumentParser.Argument(
    help: "Which shell: bash, zsh or fish.", completion: .list(["bash", "zsh", "fish"]))
  var shell: String

  func validate() throws {
    guard CompletionShell(rawValue: shell) != nil else {
      throw ValidationError("there are completions for bash, zsh and fish, not for `\(shell)`")
    }
  }

  func run() throws {
    guard let shell = CompletionShell(rawValue: shell) else { return }
    Terminal.write(CompletionsCommand.script(for: shell) + "\n", to: STDOUT_FILENO)
  }

  /// The parser's script without the function of its own `help`, which would take the place of ours.
  static func script(for shell: CompletionShell) -> String {
    let script = MrsCommand.completionScript(for: shell)
    let function = "\n_mrs_help() {\n"
    let parts = script.split(separator: function, omittingEmptySubsequences: false)
    guard parts.count == 3 else { return script }
    let end = parts[2].split(separator: "\n}\n", maxSplits: 1, omittingEmptySubsequences: false)
    return parts[0] + function + parts[1] + "\n" + (end.last ?? "")
  }
}

/// `mrs man`
struct ManualCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "man", abstract: "Write the manual page; `mrs man | man -l -` shows it.")

  func run() throws { Terminal.write(Manual.page, to: STDOUT_FILENO) }
}

/// The manual page of `mrs`, made from the command line's own words and the catalogs (man(7)).
enum Manual {
  static var page: String {
    var page = """
      .TH MRS 1 "" "mrs \(Version.text)" "User Commands"
      .SH NAME
      mrs \\- a laboratory for meta-learning recommendation
      .SH SYNOPSIS
      .B mrs
      .RI [ subcommand ]
      .RI [ options ]
      .SH DESCRIPTION
      \(paragraphs(MrsCommand.configuration.abstract + "\n\n" + introduction))
      .SH SUBCOMMANDS

      """
    for subcommand in MrsCommand.configuration.subcommands {
      page += ".SS mrs \(escaped(subcommand.configuration.commandName ?? ""))\n.nf\n"
      let help = MrsCommand.helpMessage(for: subcommand, columns: 72)
      let lines = LineText.split(help).flatMap { line in
        displayWidth(line) > 72 ? wrapped(line, to: 72, indent: "    ") : [line]
      }
      page += escaped(lines.joined(separator: "\n")) + "\n.fi\n"
    }
    page += ".SH LANGUAGE\n"
    page += paragraphs(language) + "\n"
    for group in TopicGroup.all {
      page += ".SS \(escaped(group.name)): \(escaped(group.summary))\n"
      for form in group.members.forms {
        page += ".TP\n.B \(escaped(form.name))\n\(escaped(form.summary))\n"
      }
    }
    page += ".SH \"EXIT STATUS\"\n.nf\n\(escaped(exitStatus))\n.fi\n"
    page += ".SH ENVIRONMENT\n" + variables + ".SH FILES\n" + files
    return page
  }

  private static let introduction = """
    Without a subcommand it opens the prompt; with something piped in, it runs that as a script.
    """

  private static let language = """
    A command stands on a line, with values and options: \"meta-train maml steps=5\". At the prompt Tab \
    completes, ? lists what can stand at the cursor, and \"help NAME\" explains each of these.
    """

  /// What the program's own help says of it.
  private static var exitStatus: String {
    let text = MrsCommand.configuration.discussion
    return text.split(separator: "Exit status:\n").last.map(String.init) ?? text
  }

  private static let variables = entries([
    ("MRS_KERNELS", "which loops of this machine compute, as the option --kernels says."),
    ("NO_COLOR", "when it is set, nothing is coloured or drawn."),
    ("TERM", "\"dumb\" is a terminal on which nothing is drawn and no line is edited."),
    ("VISUAL, EDITOR", "what \"edit\" and Ctrl-X Ctrl-E open a cell in."),
    ("XDG_STATE_HOME", "where history and journals are kept; ~/.local/state if not set."),
  ])

  private static let files = entries([
    ("~/.local/state/mrs/history.jsonl", "what was typed, in all sessions."),
    ("~/.local/state/mrs/sessions/", "sessions that run, and those that \"recover\" brings back."),
    ("~/.editrc", "keys of the line editor; a line \"mrs:bind -v\" makes them those of vi."),
  ])

  private static func entries(_ entries: [(String, String)]) -> String {
    entries.map { ".TP\n.B \(escaped($0.0))\n\(escaped($0.1))\n" }.joined()
  }

  private static func paragraphs(_ text: String) -> String {
    escaped(text).replacing("\n\n", with: "\n.PP\n")
  }

  /// Text that the formatter takes for itself: no escapes, no requests at the start of a line.
  private static func escaped(_ text: String) -> String {
    let safe = text.replacing("\\", with: "\\e").replacing("-", with: "\\-")
    return safe.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      line.hasPrefix(".") || line.hasPrefix("'") ? "\\&" + line : String(line)
    }.joined(separator: "\n")
  }
}
