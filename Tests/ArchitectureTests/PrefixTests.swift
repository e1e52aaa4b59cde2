import Commands
import Language
import Testing

/// Whatever of a script is typed so far: the real language understands it.
@Suite struct PrefixTests {
  private static let scripts =
    RealMutationTests.scripts
    + [
      Source(
        name: "examples of commands",
        text: RealMutationTests.lines.map(\.line).joined(separator: "\n"))
    ]

  @Test(arguments: scripts.map(\.name))
  func everyPrefixOfAScriptIsCheckedAndCompleted(name: String) throws {
    let script = try #require(Self.scripts.first { $0.name == name })
    let interpreter = Interpreter()
    let (context, assistance) = (interpreter.checkContext(), interpreter.assistance())
    let bytes = Array(script.text.utf8)
    for end in 0...bytes.count {
      let text = String(decoding: bytes[..<end], as: UTF8.self)
      let count = text.utf8.count
      let found = check(Source(name: name, text: text), in: context, lints: true).diagnostics
      let offered = completions(in: text, at: count, context: assistance)
      let shown = highlights(in: text, context: assistance)
      let isSound =
        found.allSatisfy { $0.primary.range.upper <= count && !$0.message.isEmpty }
        && offered.allSatisfy { $0.range.upper == count }
        && shown.allSatisfy { $0.range.upper <= count }
      #expect(isSound, "the first \(end) bytes")
    }
  }
}
