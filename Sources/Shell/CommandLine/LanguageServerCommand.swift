import ArgumentParser
import CLineEditor
import LibC
import Reports

/// `mrs language-server`
struct LanguageServerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "language-server",
    abstract: "Help editors: faults and fixes while typing, completion, help, names, colours.",
    discussion: """
      Speaks the Language Server Protocol on standard input and output; an editor starts it. It runs no script, and \
      writes no file. `examples/editors` says how editors are told of it.
      """)

  @Flag(help: "Standard input and output, which are always used; editors pass it.")
  var stdio = false

  func run() throws {
    // An editor that no longer reads may still send; the end of its messages ends this.
    signal(SIGPIPE, SIG_IGN)
    var stream = MessageStream(STDIN_FILENO)
    let server = LanguageServer()
    while server.exit == nil {
      let answers: [JSON]
      switch stream.next() {
      case .message(let message): answers = server.answers(to: message)
      case .fault(let reason): answers = [LanguageServer.fault(nil, -32700, reason)]
      // Whoever asked is gone.
      case .end: return try ExitStatus.differs.leave()
      }
      for answer in answers { Terminal.write(MessageStream.framed(answer), to: STDOUT_FILENO) }
    }
    try server.exit?.leave()
  }
}
