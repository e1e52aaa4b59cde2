import Shell

/// `front-end FOLDER`: cells from standard input, events to standard output, the journal in the folder.
/// Only files come from the shell.
@main struct Program {
  static func main() {
    guard CommandLine.arguments.count == 2 else {
      Terminal.write("usage: front-end FOLDER\n", to: 2)
      return
    }
    JSONFrontEnd(
      host: TerminalHost(), journals: JournalFolder(CommandLine.arguments[1]),
      input: { readLine() }, write: { Terminal.write($0 + "\n", to: 1) }
    ).run()
  }
}
