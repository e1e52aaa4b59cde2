import Commands
import Language
import Shell
import Testing

/// What colours scripts in editors has the words of the catalogs.
@Suite struct EditorFilesTests {
  private let folder = String(
    #filePath.dropLast("/Tests/ShellTests/EditorFilesTests.swift".count) + "/examples/editors/")

  @Test(arguments: [
    (SyntaxForm.textmate, "vscode/syntaxes/mrs.tmLanguage.json"), (.vim, "vim/syntax/mrs.vim"),
    (.pygments, "pygments/mrs_pygments.py"),
  ])
  func theWordListsAreThoseOfTheCatalogs(form: SyntaxForm, path: String) throws {
    let text = try Source(reading: folder + path, host: TerminalHost()).text
    #expect(text == SyntaxWords().text(form), "scripts/update-editors writes it anew")
  }
}
