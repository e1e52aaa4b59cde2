import Commands
import Language
import LibC
import Reports
import Testing

import Shell

/// Paths that name no plain file, and sources that are no plain text: told, never waited for or lost.
@Suite struct BadFilesTests {
  private let scratch = Scratch()

  private func path(_ name: String) -> String { scratch.path + "/" + name }

  @Test func pipesAndDevicesAreNotReplaced() throws {
    #expect(mkfifo(path("pipe"), 0o600) == 0)
    symlink("pipe", path("link"))
    symlink("/dev/null", path("null"))
    for name in ["pipe", "link", "null"] {
      let failure = #expect(throws: CommandFailure.self) {
        try Files.write([1], to: path(name), named: name)
      }
      #expect(failure?.code == "E0504")
      let host = TerminalHost(directory: scratch.path)
      #expect(host.obstacle(writing: name)?.message.contains("a device or a pipe") == true)
    }
    var status = stat()
    #expect(stat(path("pipe"), &status) == 0 && status.st_mode & S_IFMT == S_IFIFO)
    #expect(stat("/dev/null", &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
  }

  @Test func aPipeThatNobodyWritesToIsNotWaitedFor() throws {
    #expect(mkfifo(path("pipe"), 0o600) == 0)
    #expect(try Files.contents(of: path("pipe"), named: "pipe").bytes.isEmpty)
    let (result, _) = run("load csv \"pipe\"\n")
    guard case .failed(let fault) = result else {
      Issue.record("\(result)")
      return
    }
    #expect(fault.code == "E0511")
  }

  @Test(arguments: [
    "export \"pipe\" format=csv", "save session \"pipe\"", "load csv \"/proc/self/environ\"",
  ])
  func aScriptThatWouldIsFaultyBeforeItRuns(line: String) {
    _ = mkfifo(path("pipe"), 0o600)
    guard case .invalid(let faults) = run("load data\n" + line + "\n").result else {
      Issue.record("it ran")
      return
    }
    #expect(faults.map(\.code) == [line.contains("pipe") ? "E0504" : "E0506"])
  }

  @Test func scriptsInUTF16AreNamedAsSuch() throws {
    try Files.write([0xFF, 0xFE, 0x6D, 0, 0x72, 0], to: path("u.mrs"), named: "")
    let failure = #expect(throws: CommandFailure.self) {
      try Source(reading: path("u.mrs"), host: TerminalHost())
    }
    #expect(failure?.message.contains("UTF-16") == true)
  }

  @Test func aLineOfMegabytesIsToldInFewWords() {
    let text = "load \"" + String(repeating: "x", count: 4 << 20) + "\"\n"
    let source = Source(name: "long.mrs", text: text)
    for fault in Interpreter().check(source, lints: true) {
      let shown = PlainRenderer().text(fault, in: source)
      #expect(shown.utf8.count < 4000, "\(fault.code)")
    }
  }

  @Test func aCallWithManyWrongOptionsIsToldOnce() {
    let options = (0..<5000).map { "a\($0)=1" }.joined(separator: " ")
    let found = Interpreter().check(Source(name: "t", text: "topk " + options))
    #expect(found.contains { $0.code == "E0203" } && found.count < 100)
  }

  @Test func aVerbThatIsDefinedOnlyLaterIsSaidToBe() {
    let text = "def a() { b }\ndef b() { load data }\na\n"
    let source = Source(name: "t", text: text)
    let found = Interpreter().check(source).filter { $0.severity == .error }
    #expect(found.map(\.code) == ["E0201"])
    #expect(found.first?.message == "`b` is defined only later")
    #expect(found.first?.secondary.map { source.line(of: $0.range.lower) } == [2])
  }

  private func run(_ text: String) -> (result: RunResult, said: [Report]) {
    var interpreter = Interpreter()
    var said: [Report] = []
    let host = TerminalHost(directory: scratch.path, sandbox: Sandbox([scratch.path]))
    let result = interpreter.run(Source(name: "t.mrs", text: text), host: host) {
      if let report = $0.report { said.append(report) }
    }
    return (result, said)
  }
}
