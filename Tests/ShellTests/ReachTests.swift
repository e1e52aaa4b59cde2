import Commands
import Glibc
import Language
import Testing

import Shell

/// What a script may read and write.
@Suite struct ReachTests {
  /// A folder with `own/script.mrs`, `own/in.csv`, `other/secret.csv` and links between them.
  private let scratch = Scratch()
  private var own: String { scratch.path + "/own" }
  private var other: String { scratch.path + "/other" }

  init() throws {
    mkdir(own, 0o700)
    mkdir(other, 0o700)
    try Files.write([65], to: own + "/in.csv", named: "")
    try Files.write([66], to: other + "/secret.csv", named: "")
    symlink("../other/secret.csv", own + "/link.csv")
    symlink("../other", own + "/door")
    symlink("in.csv", own + "/alias.csv")
    symlink("../other/not-there.csv", own + "/dangling.csv")
  }

  private func clean() {
    for folder in [own, other] {
      for name in (try? Files.list(folder, named: folder)) ?? [] { unlink(folder + "/" + name) }
      rmdir(folder)
    }
  }

  private func host(_ added: [String] = []) -> TerminalHost {
    TerminalHost(directory: own, reach: Reach([own] + added))
  }

  @Test func whatLiesBelowTheFoldersIsReadAndWritten() throws {
    defer { clean() }
    #expect(try host().read("in.csv").bytes.count == 1)
    #expect(try host().read("alias.csv").bytes.count == 1)
    #expect(try host().read(own + "/../own/in.csv").bytes.count == 1)
    try host().write([67], to: "out.csv")
    #expect(host().kind(of: "out.csv") == .file)
    #expect(try host().list(".").contains("out.csv"))
  }

  @Test(arguments: [
    "../other/secret.csv", "link.csv", "door/secret.csv", "door", "/etc/passwd", "..",
    "nowhere/../../other/secret.csv", "in.csv/../../other/secret.csv", "~/.profile", "/dev/null",
    "dangling.csv/..", "door/../secret.csv", "/proc/self/environ", "/proc/self/root/etc/passwd",
    "/dev/zero",
  ])
  func whatLiesOutsideIsNeither(path: String) throws {
    defer { clean() }
    let host = host()
    #expect(throws: CommandFailure.self) { try host.read(path) }
    #expect(throws: CommandFailure.self) { try host.write([67], to: path) }
    #expect(throws: CommandFailure.self) { try host.list(path) }
    #expect(host.kind(of: path) == nil)
    #expect(host.obstacle(reading: path) != nil)
    #expect(host.obstacle(writing: path) != nil)
    #expect(try Files.list(other, named: other) == ["secret.csv"])
  }

  @Test func writingToALinkThatLeadsNowhereMakesNothingOutside() throws {
    defer { clean() }
    try? host().write([67], to: "dangling.csv")
    #expect(try Files.list(other, named: other) == ["secret.csv"])
  }

  @Test func theRefusalNamesTheFlagThatAllowsIt() throws {
    defer { clean() }
    let refusal = try #require(host().obstacle(reading: "link.csv"))
    #expect(refusal.code == "E0506")
    let folder = try #require(Files.destination(of: other))
    #expect(refusal.help.first?.contains("--allow \(folder)") == true)
    #expect(try host([folder]).read("link.csv").bytes.count == 1)
  }

  @Test func aFolderWhoseNameBeginsAlikeIsAnotherOne() throws {
    defer { clean() }
    let reach = Reach([own])
    mkdir(own + "er", 0o700)
    defer { rmdir(own + "er") }
    #expect(reach.destination(of: own + "er/x") == nil)
    #expect(reach.destination(of: own) != nil)
  }

  @Test func theCheckSaysWhatTheRunWouldRefuse() {
    defer { clean() }
    let text = "load csv \"../other/secret.csv\"\nsave session \"../other/x.mrs\"\n"
    let found = Interpreter().check(Source(name: "x.mrs", text: text), host: host())
    #expect(found.map(\.code) == ["E0506", "E0506"])
  }

  @Test func filesOutsideAreNotIncludedEither() throws {
    defer { clean() }
    try Files.write(Array("load data\n".utf8), to: other + "/x.mrs", named: "")
    symlink("../other/x.mrs", own + "/x.mrs")
    for path in ["../other/x.mrs", "x.mrs", other + "/x.mrs"] {
      let source = Source(name: "y.mrs", text: "include \"\(path)\"\n")
      #expect(Interpreter().check(source, host: host()).map(\.code) == ["E0506"])
      var interpreter = Interpreter()
      guard case .invalid = interpreter.run(source, host: host()) else {
        Issue.record("\(path) was included")
        continue
      }
    }
  }

  @Test func unlimitedHostsReachEverything() throws {
    defer { clean() }
    #expect(try TerminalHost(directory: own).read("../other/secret.csv").bytes.count == 1)
  }
}

/// What the exit status of several scripts is.
@Suite struct ExitStatusTests {
  @Test func theWorstOfSeveralIsKept() {
    #expect(ExitStatus.differs.worse(.success) == .differs)
    #expect(ExitStatus.differs.worse(.invalid) == .invalid)
    #expect(ExitStatus.nondeterministic.worse(.differs) == .nondeterministic)
    for status in ExitStatus.allCases {
      #expect(status.worse(.success) == status && ExitStatus.success.worse(status) == status)
    }
  }
}
