import Glibc
import Reports
import Testing

import Shell

/// The file that a session is shared in, as those see it who follow.
@Suite struct SharedCellsTests {
  private let scratch = Scratch()
  private var path: String { scratch.path + "/class.jsonl" }

  private func append(_ text: String) {
    let file = open(path, O_WRONLY | O_APPEND | O_CREAT, 0o600)
    defer { close(file) }
    Files.writeAll(Array(text.utf8), to: file)
  }

  @Test func cellsComeOnceAndInOrder() throws {
    let following = Following(path: path)
    #expect(following.news().isEmpty)
    let sharing = try Sharing(path: path)
    let cells = (1...3).map {
      SharedCell(
        number: $0, text: "show\n\"é\"", said: [Report([.text("a\nb"), .note("\"é\"")])])
    }
    #expect(sharing.add(cells[0]) && sharing.add(cells[1]))
    #expect(following.news() == Array(cells[..<2]))
    #expect(following.news().isEmpty)
    #expect(sharing.add(cells[2]))
    #expect(following.news() == [cells[2]])
    #expect(following.cells == cells)
  }

  @Test func aLineThatIsNotFinishedWaits() throws {
    let following = Following(path: path)
    append("{\"cell\": 1, \"text\": \"sh")
    #expect(following.news().isEmpty)
    append("ow\"}\nnonsense\n{}\n")
    #expect(following.news().map(\.text) == ["show"])
  }

  @Test func anotherSessionInTheFileBeginsAnew() throws {
    let following = Following(path: path)
    var sharing = try Sharing(path: path)
    _ = sharing.add(SharedCell(number: 1, text: "load data", said: []))
    #expect(following.news().count == 1)
    sharing = try Sharing(path: path)
    _ = sharing.add(SharedCell(number: 1, text: "show", said: []))
    #expect(following.news().map(\.text) == ["show"])
    #expect(following.cells.map(\.text) == ["show"])
  }

  @Test func whatIsNoPlainFileIsNotFollowed() {
    #expect(mkfifo(path, 0o600) == 0)
    #expect(Following(path: path).news().isEmpty)
    #expect(Following(path: "/dev/zero").news().isEmpty)
    #expect(Following(path: scratch.path).news().isEmpty)
  }
}
