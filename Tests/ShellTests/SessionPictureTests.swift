import Commands
import Language
import Reports
import Shell
import Testing

/// The picture that the README opens with is what its script says.
@Suite struct SessionPictureTests {
  private let folder = String(
    #filePath.dropLast("/Tests/ShellTests/SessionPictureTests.swift".count) + "/examples/")

  @Test func thePictureIsWhatTheScriptSays() throws {
    let source = try Source(reading: folder + "session.mrs", host: TerminalHost())
    var script = ExecutedScript(source)
    var interpreter = Interpreter()
    let frontEnd = FrontEnd(host: TerminalHost(isTimeless: true)) { script.take($0) }
    #expect(interpreter.run(source, for: frontEnd) == .completed)
    let cells = script.cells.map { cell in
      var cell = cell
      cell.reports = cell.reports.map(\.timeless)
      return cell
    }
    let kept = try Source(reading: folder + "session.svg", host: TerminalHost()).text
    #expect(
      PictureNotebook().text(of: cells) == kept, "scripts/update-picture draws it anew: look at it")
  }
}
