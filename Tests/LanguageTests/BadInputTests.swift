import Fuzzing
import Language
import LanguageLaboratory
import Testing

/// What a script should not be: each kind is told by a fault with a code, none traps or hangs.
@Suite struct BadInputTests {
  private func codes(_ text: String) -> [String] { Laboratory.check(text).map(\.code) }

  @Test(arguments: [
    "let x = [1, 2", "let x = (1 + 2", "for k in [1] { load", "load \"data", "topk 'a",
  ])
  func whatIsNotClosedIsTold(text: String) {
    #expect(codes(text).contains("E0103"), "\(codes(text))")
  }

  @Test(arguments: ["topk ]", "load )", "}", "for k in [1] { load ] }"])
  func whatWasNeverOpenedIsTold(text: String) { #expect(!codes(text).isEmpty) }

  @Test(arguments: ["[", "(", "{", "if 1 < 2 {\n", "expect error {\n", "def f() {\n"])
  func tenThousandLevelsAreTooDeep(opener: String) {
    let closer = ["[": "]", "(": ")"][opener] ?? "}"
    let prefix = opener == "[" || opener == "(" ? "let x = " : ""
    let text =
      prefix + String(repeating: opener, count: 10_000) + String(repeating: closer, count: 10_000)
    #expect(codes(text).contains { $0 == "E0108" || $0 == "E0102" }, "\(codes(text).prefix(3))")
    #expect(formatted(text) == nil)
  }

  @Test func aLineOfManyMegabytesIsReadOrRefused() {
    let long = "load \"" + String(repeating: "x", count: 8 << 20) + "\""
    #expect(parse(long).diagnostics.isEmpty)
    #expect(codes(long + String(repeating: " ", count: 9 << 20)) == ["E0109"])
  }

  @Test(arguments: ["let x = \"{", "\"{", "let x = \"{\"", "load \"a{"])
  func aLineOfTextsThatDoNotCloseIsReadInTime(opener: String) {
    // Looked through from each of its marks, this would take minutes.
    let text = String(repeating: opener, count: 100_000) + "\nload data\n"
    #expect(codes(text).contains("E0103"))
  }

  @Test(arguments: ["load\u{0}data", "\u{0}", "let x\u{0} = 5", "load \u{1B}[31m", "topk \u{7F}"])
  func controlCharactersAreNamed(text: String) {
    #expect(codes(text).contains("E0101"), "\(codes(text))")
  }

  @Test(
    arguments: [[0xFF, 0xFE], [0xC3], [0xED, 0xA0, 0x80], [0x6C, 0x6F, 0x80, 0x64]] as [[UInt8]])
  func bytesThatAreNoTextAreNamed(bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    let found = Laboratory.check(text)
    #expect(found.contains { $0.code == "E0101" && $0.message.contains("UTF-8") }, "\(found)")
  }

  @Test func aByteOrderMarkAndReturnsMeanNothing() {
    let text = "\u{FEFF}mrs 1\r\nload data\r\nsplit tasks\r\n#> x\r\n"
    #expect(codes(text).isEmpty, "\(codes(text))")
    #expect(codes("load data\r\nsplti tasks\r\n") == ["E0201"])
    #expect(Source(text: "\u{FEFF}load").position(of: 3).column == 1)
    let marked = Source(text: "\u{FEFF}load data\n")
    let lints = Language.check(marked, in: Laboratory.context, lints: true).diagnostics
    #expect(
      applyingFixes(of: lints, to: marked.text).text == "\u{FEFF}mrs 1\nload data\n",
      "\(lints.map(\.message))")
    let source = Source(text: "load data\r\nsplti tasks\r\n")
    #expect(source.position(of: 11).line == 2 && source.position(of: 11).column == 1)
    #expect(source.text(ofLine: 1) == "load data")
  }

  @Test func filesThatIncludeEachOtherAreTold() {
    var context = Laboratory.context
    context.files = FileKnowledge(
      source: { path in
        .success(Source(name: path, text: "include \"\(path == "a.mrs" ? "b.mrs" : "a.mrs")\"\n"))
      }, obstacleToReading: { _ in nil }, obstacleToWriting: { _ in nil }, exists: { _ in true })
    for own in ["a.mrs", "main.mrs"] {
      let source = Source(name: own, text: "include \"b.mrs\"\n")
      #expect(check(source, in: context).diagnostics.map(\.code) == ["E0107"])
    }
  }

  @Test func aChainOfEndlesslyManyFilesEnds() {
    var context = Laboratory.context
    context.files = FileKnowledge(
      source: { .success(Source(name: $0, text: "include \"x\($0)\"\n")) },
      obstacleToReading: { _ in nil }, obstacleToWriting: { _ in nil }, exists: { _ in true })
    let source = Source(name: "a.mrs", text: "include \"b.mrs\"\n")
    #expect(check(source, in: context).diagnostics.map(\.code) == ["E0108"])
  }

  @Test(arguments: [
    "def again() { again }\nagain", "def a() { b }\ndef b() { a }\na",
    "def a(x = 1) { for k in 1..3 { a $k } }",
  ])
  func proceduresThatCallThemselvesAreTold(text: String) {
    #expect(codes(text).contains { $0 == "E0107" || $0 == "E0201" }, "\(codes(text))")
  }

  @Test func proceduresThatCallManyOthersAreCheckedInTime() {
    var text = "def f0() { load }\n"
    for n in 1...40 { text += "def f\(n)() { f\(n - 1); f\(n - 1) }\n" }
    #expect(!codes(text + "f40\n").contains("E0201"))
  }

  @Test(arguments: [
    "let for = 5", "param if = 1", "def let() { load }",
    "def expect() { load }",
    "let = 5", "def load() { split }", "for 5 in [1] { }", "param set: number = 1",
  ])
  func namesThatAreTakenAreTold(text: String) { #expect(!codes(text).isEmpty) }

  @Test func aNameMayHideAnotherWithinItsBlockOnly() {
    #expect(codes("let k = 1\nfor k in [2] { expect $k == 2 }\nexpect $k == 1").isEmpty)
    #expect(codes("for k in [2] { let x = $k }\nexpect $x == 1") == ["E0207"])
    #expect(codes("def f(k) { let x = $k }\nf 3\nexpect $k == 1") == ["E0207"])
  }

  @Test(arguments: FuzzedPart.allCases)
  func whatTheFuzzerAsksHoldsForAllPrefixesOfAScript(part: FuzzedPart) {
    for script in Fixtures.scripts {
      let bytes = Array(script.utf8)
      for end in stride(from: 0, through: bytes.count, by: 3) {
        part.take(String(decoding: bytes[..<end], as: UTF8.self))
      }
    }
  }
}
