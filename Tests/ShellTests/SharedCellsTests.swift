import Commands
import LibC
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
    #expect(
      following.warning()
        == "`\(path)`, line 2 is damaged or no cell and is passed over; and 1 more lines")
    #expect(following.warning() == nil)
  }

  private func shared(_ count: Int) throws -> [UInt8] {
    let sharing = try Sharing(path: path)
    for number in 1...count {
      #expect(sharing.add(SharedCell(number: number, text: "set seed=\(number)", said: [])))
    }
    return try Files.contents(of: path, named: "").withBytes { Array($0) }
  }

  /// Every bit of every line of a file that is shared.
  @Test func noFlippedBitMakesAnotherCell() throws {
    let whole = try shared(3)
    for place in whole.indices {
      for bit in 0..<8 {
        var flipped = whole
        flipped[place] ^= 1 << bit
        try Files.write(flipped, to: path, named: "")
        let following = Following(path: path)
        let texts = following.news().map(\.text)
        #expect(texts.allSatisfy { ["set seed=1", "set seed=2", "set seed=3"].contains($0) })
        #expect(texts.count < 3)
        #expect(following.warning() != nil || place == whole.count - 1)
      }
    }
  }

  @Test func aLineThatIsMissingOrTwiceIsSaid() throws {
    let lines = try shared(4).split(separator: UInt8(ascii: "\n")).map { Array($0 + [10]) }
    for changed in [[0, 2, 3], [1, 2, 3], [0, 2, 1, 3], [0, 1, 1, 2, 3]] {
      try Files.write(changed.flatMap { lines[$0] }, to: path, named: "")
      let following = Following(path: path)
      #expect(following.news().count == changed.count)
      #expect(following.warning()?.contains("something is missing") == true, "\(changed)")
    }
  }

  @Test func commandsOfThePromptAreNoCellsAndNothingWithoutEndIsRead() throws {
    append("{\"cell\":1,\"text\":\"pull\"}\n{\"cell\":2,\"text\":\"recover\"}\n")
    append("{\"cell\":3,\"text\":\"" + String(repeating: "x", count: 33 << 20) + "\"}\n")
    append("{\"cell\":4,\"text\":\"show\"}\n")
    let following = Following(path: path)
    #expect(following.news().map(\.number) == [4])
    #expect(following.warning()?.hasSuffix("and 2 more lines") == true)
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
