import ArgumentParser
import Commands
import Language
import LibC
import Reports

/// `mrs convert FROM TO`
struct ConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Make a script of a Jupyter notebook, or a notebook or document of a script.",
    discussion: """
      The endings decide: from .ipynb or .mrs to .mrs, \(notebookEndings). Nothing runs; recorded \
      output is taken along, and `mrs run SCRIPT --publish FILE` makes a document of a run. Code and text stay \
      as they are, there and back.
      """)

  @ArgumentParser.Argument(help: "What to read: a .mrs or .ipynb file.")
  var from: String

  @ArgumentParser.Argument(help: "What to write: its ending says in which form.")
  var to: String

  @Flag(help: "Replace the file if it is there.")
  var force = false

  @OptionGroup var sandbox: SandboxOptions
  @OptionGroup var options: OutputOptions

  func validate() throws {
    guard from.hasSuffix(".mrs") || from.hasSuffix(".ipynb") else {
      throw ValidationError("`\(from)` ends neither in .mrs nor in .ipynb")
    }
    guard to.hasSuffix(".mrs") || notebookFormat(of: to) != nil else {
      throw ValidationError("the ending of `\(to)` should be .mrs, \(notebookEndings)")
    }
  }

  func run() throws {
    let output = options.output()
    do {
      try convert(output)
    } catch let failure as CommandFailure {
      try output.refuse(failure, failure.argument ?? from).leave()
    }
  }

  private func convert(_ output: Output) throws {
    let cells =
      from.hasSuffix(".ipynb")
      ? try read(notebook: output) : ScriptCells(try Source(reading: from, host: TerminalHost()))
    guard force || Files.kind(of: to) == nil else {
      let refusal = CommandFailure(
        "E0504", "`\(to)` is there already", help: ["--force replaces it"], argument: to)
      _ = output.refuse(refusal, to)
      return try ExitStatus.usage.leave()
    }
    let format = notebookFormat(of: to)
    let text = format?.text(of: cells.cells) ?? cells.script
    guard format != nil || text.utf8.count <= Source.longest else {
      throw CommandFailure(
        "E0109",
        "what `\(from)` holds is too long for a script: \(counted(text.utf8.count, "byte"))",
        help: ["a script has at most \(grouped(Source.longest)) bytes; clear outputs in Jupyter"],
        argument: from)
    }
    try sandbox.keeper(of: to).write(Array(text.utf8), to: to)
    let count = cells.parts.count
    output.write("\(to): \(counted(count, "cell"))\n", STDOUT_FILENO)
  }

  /// The cells of a notebook; what of it does not come along is said.
  private func read(notebook output: Output) throws -> ScriptCells {
    let source = try Source(
      reading: from, host: TerminalHost(), longest: JupyterCells.longest, as: "notebook")
    let notebook = try JupyterCells(source)
    if let language = notebook.language, language != "mrs" {
      output.say(
        "this notebook is written for \(LineText.cleaned(clipped(language, to: 40))); its cells are kept "
          + "as they are")
    }
    if notebook.outputsWithoutText > 0 {
      output.say(
        "left out \(counted(notebook.outputsWithoutText, "output")) without text, such as pictures")
    }
    if let first = notebook.mended.first {
      let others = notebook.mended.count - 1
      output.say(
        "in cell \(first)\(others > 0 ? " and \(others) more" : ""), what is no character has become U+FFFD"
      )
    }
    return notebook.cells
  }
}
