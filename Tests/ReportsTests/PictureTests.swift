import Reports
import Testing

/// Lines of a terminal as an SVG picture.
@Suite struct PictureTests {
  private func picture(_ lines: String...) -> String { TerminalPicture(lines, title: "t").text }

  @Test func wordsStandWhereTheyStoodAndSayHowWideTheyAre() {
    let text = picture("ab  \u{1B}[1;34mcd\u{1B}[0m")
    #expect(text.contains("<text class=\"ink\" x=\"18\" y=\"48\" textLength=\"16.8\""))
    #expect(text.contains("<text class=\"c4 b\" x=\"51.6\" y=\"48\" textLength=\"16.8\""))
    #expect(text.contains(">cd</text>"))
  }

  @Test func whatIsWideTakesTwoCells() {
    #expect(picture("日本 x").contains("textLength=\"50.4\""))
  }

  @Test func marksOfXMLAreEscaped() {
    #expect(picture("a<b&\"c\"").contains("a&lt;b&amp;"))
    #expect(!picture("a<b").contains("a<b"))
  }

  @Test func coloursOfThePaletteAreTheirOwn() {
    #expect(picture("\u{1B}[38;5;33mx").contains("fill=\"#0087ff\""))
    #expect(picture("\u{1B}[38;5;245mx").contains("fill=\"#8a8a8a\""))
    #expect(picture("\u{1B}[2mx").contains("class=\"dim\""))
  }

  /// Dot 1 of braille is the upper left one, dot 8 the lower right.
  @Test func dotsAndBoxesAreDrawn() {
    let dots = picture("⠁⢀")
    #expect(dots.contains("d=\"M1.2 1.5h2.1v2.1h-2.1zM13.8 15.8"))
    #expect(!dots.contains("⠁"))
    #expect(picture("─").contains("<path class=\"ink\""))
    #expect(picture("█x").contains(">x</text>"))
  }

  @Test func thePictureIsAsLargeAsItsLines() {
    #expect(picture("a", "b").contains("viewBox=\"0 0 372 90\""))
    #expect(picture(String(repeating: "x", count: 100)).contains("viewBox=\"0 0 876 71\""))
  }
}
