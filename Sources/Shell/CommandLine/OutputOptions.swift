import ArgumentParser
import CLineEditor
import Commands
import Kernels
import LibC
import Reports

/// How results are written; every subcommand takes these.
struct OutputOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "How results are written: \(renderers.members.names.joined(separator: ", ")).",
      valueName: "name"), completion: .list(renderers.members.names))
  var format: String?

  @Flag(help: "No colours, no drawing, no editing of lines.")
  var plain = false

  @Flag(help: "No results and no progress, only faults.")
  var quiet = false

  func validate() throws {
    if let format, case .failure(let problem) = renderers.make(format) {
      let words = problem.suggestions.map { "did you mean `\($0)`?" } + problem.help
      throw ValidationError(([problem.message] + words).joined(separator: "; "))
    }
  }

  /// The terminal as these options let it be used.
  var terminal: Terminal {
    var terminal = Terminal.current
    if plain { terminal.allowsColour = false }
    // mpirun shows its ranks a terminal of its own making, wherever their output goes.
    if Ranks.current != nil { (terminal.hasOutput, terminal.hasErrors) = (false, false) }
    return terminal
  }

  /// The output of a script whose relative paths start at a folder.
  func output(
    directory: String = "", sandbox: Sandbox? = nil, isTimeless: Bool = false,
    mostMemory: Double? = nil, kernels: KernelSet = Terminal.kernels, mayFollow: Bool = false
  ) -> Output {
    let terminal = terminal
    let isDrawing = terminal.hasErrors && terminal.allowsColour && !quiet
    let host = TerminalHost(
      directory: directory, sandbox: sandbox, isTimeless: isTimeless, mostMemory: mostMemory,
      kernels: kernels,
      showsProgress: isDrawing, hasColour: terminal.allowsColour, mayFollow: mayFollow)
    var output = Output(
      results: renderer(terminal.hasOutput, terminal), messages: messages(terminal),
      isQuiet: quiet, host: host)
    output.follow(terminal)
    return output
  }

  private func renderer(_ isTerminal: Bool, _ terminal: Terminal) -> any Renderer {
    if let format, var chosen = try? renderers.make(format).get() {
      if !terminal.allowsColour || !isTerminal { chosen.page.hasColour = false }
      return chosen
    }
    return isTerminal && terminal.allowsColour ? TerminalRenderer() : PlainRenderer()
  }

  private func messages(_ terminal: Terminal) -> any Renderer {
    format == "json" ? JSONRenderer() : drawn(terminal)
  }

  private func drawn(_ terminal: Terminal) -> any Renderer {
    terminal.hasErrors && terminal.allowsColour ? TerminalRenderer() : PlainRenderer()
  }
}
