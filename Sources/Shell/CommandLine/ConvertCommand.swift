import ArgumentParser
import Commands
import Glibc
import Language
import Reports

/// `mrs convert FROM TO`
struct ConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Make a script of a Jupyter notebook, or a notebook or document of a script.",
    discussion: """
      The endings decide: from .ipynb or .mrs to .mrs, .ipynb, .md or .html. Nothing runs; recorded \
      output is taken along. Code and text stay as they are, there and back.
      """)

  @ArgumentParser.Argument(help: "What to read: a .mrs or .ipynb file.")
  var from: String

  @ArgumentParser.Argument(help: "What to write: its ending says in which form.")
  var to: String

  @Flag(help: "Replace the file if it is there.")
  var force = false

  @OptionGroup var options: OutputOptions

  func validate() throws {
    guard from.hasSuffix(".mrs") || from.hasSuffix(".ipynb") else {
      throw ValidationError("`\(from)` ends neither in .mrs nor in .ipynb")
    }
    guard to.hasSuffix(".mrs") || notebookFormat(of: to) != nil else {
      throw ValidationError("the ending of `\(to)` should be .mrs, .ipynb, .md or .html")
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
    let source = try Source(reading: from, host: TerminalHost())
    var cells = ScriptCells(source)
    if from.hasSuffix(".ipynb") {
      guard let (found, language) = ScriptCells.reading(notebook: source.text) else {
        throw CommandFailure("E0503", "`\(from)` is no Jupyter notebook", argument: from)
      }
      cells = found
      if let language, language != "mrs" {
        output.say("this notebook is written for \(language); its cells are kept as they are")
      }
    }
    guard force || Files.kind(of: to) == nil else {
      throw CommandFailure(
        "E0504", "`\(to)` is there already", help: ["--force replaces it"], argument: to)
    }
    let text = notebookFormat(of: to)?.text(of: cells.cells) ?? cells.script
    try Files.write(Array(text.utf8), to: to, named: to)
    let count = cells.parts.count
    output.write("\(to): \(counted(count, "cell"))\n", STDOUT_FILENO)
  }
}
