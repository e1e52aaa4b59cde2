import Commands
import Language
import LibC
import Synchronization
import Testing

import Shell

/// What a script may read and write.
@Suite struct SandboxTests {
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
    TerminalHost(directory: own, sandbox: Sandbox([own] + added))
  }

  @Test func whatLiesBelowTheFoldersIsReadAndWritten() throws {
    defer { clean() }
    #expect(try host().read("in.csv").withBytes { $0.count } == 1)
    #expect(try host().read("alias.csv").withBytes { $0.count } == 1)
    #expect(try host().read(own + "/../own/in.csv").withBytes { $0.count } == 1)
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

  @Test func linksAreFollowedWhereTheyLeadWithinReach() throws {
    defer { clean() }
    symlink(own + "/in.csv", own + "/whole.csv")
    symlink("whole.csv", own + "/twice.csv")
    symlink("..", other + "/up")
    for path in ["whole.csv", "twice.csv", "./alias.csv", "../own/alias.csv"] {
      #expect(try host().read(path).withBytes { $0.first } == 65)
    }
    // What counts is where a way ends, not where it passes through.
    #expect(try host().read("door/up/own/whole.csv").withBytes { $0.first } == 65)
    #expect(try host([other]).read("door/../own/../other/secret.csv").withBytes { $0.first } == 66)
    try host().write([67], to: "twice.csv")
    #expect(try host().read("in.csv").withBytes { $0.first } == 67)
    #expect(Files.isLink(own + "/twice.csv") && Files.isLink(own + "/whole.csv"))
    try host([other]).write([68], to: "dangling.csv")
    #expect(Files.kind(of: other + "/not-there.csv") == .file)
  }

  @Test func waysThatEndNowhereSayWhere() throws {
    defer { clean() }
    symlink("round.csv", own + "/round.csv")
    #expect(host().obstacle(reading: "no/in.csv")?.message == "there is no folder `no`")
    #expect(host().obstacle(writing: "no/in.csv")?.code == "E0504")
    #expect(host().obstacle(reading: "in.csv/x")?.message == "there is no folder `in.csv`")
    #expect(host().obstacle(reading: "im.csv")?.suggestions == ["in.csv"])
    #expect(host().obstacle(reading: "round.csv")?.message.contains("symbolic links") == true)
    #expect(host().obstacle(reading: "in.csv/") != nil)
  }

  /// A pipe among the descriptors of a process has a link without a path that could be followed.
  @Test func pipesOfTheProcessAreReadWhereTheirFolderIsAllowed() throws {
    defer { clean() }
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    Files.writeAll([65, 66], to: ends[1])
    close(ends[1])
    defer { close(ends[0]) }
    #expect(host().obstacle(reading: "/dev/fd/\(ends[0])") != nil)
    #expect(try host(["/dev/fd"]).read("/dev/fd/\(ends[0])").withBytes { $0.count } == 2)
  }

  /// How often it was tried to be led outside.
  private final class Rounds: Sendable {
    private let count = Mutex(0)

    /// Whether there are enough.
    var isDone: Bool { count.withLock { $0 >= 2_000 } }
    func add() { count.withLock { $0 += 1 } }
  }

  /// A file and a folder that are links outside every other moment.
  private static func swap(in own: String, until isDone: () -> Bool) {
    var turn = 0
    while turn < 400 || !isDone() {
      turn += 1
      if turn % 2 == 1 {
        rename(own + "/folder", own + "/outside")
        rename(own + "/inside", own + "/folder")
        link(own + "/inner.csv", own + "/next")
      } else {
        rename(own + "/folder", own + "/inside")
        rename(own + "/outside", own + "/folder")
        symlink("../other/secret.csv", own + "/next")
      }
      rename(own + "/next", own + "/file.csv")
    }
  }

  @Test func whatBecomesALinkMeanwhileNeverLeadsOutside() async throws {
    defer { clean() }
    let (host, home) = (host(), own)
    mkdir(home + "/inside", 0o700)
    for name in ["inner.csv", "inside/secret.csv"] {
      try Files.write([65], to: home + "/" + name, named: "")
    }
    symlink("../other", home + "/folder")
    let rounds = Rounds()
    var firsts: [UInt8: Int] = [:]
    await withTaskGroup(of: Void.self) { group in
      group.addTask { SandboxTests.swap(in: home) { rounds.isDone } }
      while !rounds.isDone {
        rounds.add()
        for path in ["folder/secret.csv", "file.csv", "folder/../folder/secret.csv"] {
          if let contents = try? host.read(path) {
            firsts[contents.withBytes { $0.first } ?? 0, default: 0] += 1
          }
        }
        try? host.write([65], to: "file.csv")
        try? host.write([67], to: "folder/new.csv")
        #expect((try? host.list("folder"))?.contains("secret.csv") != false)
      }
    }
    #expect(Array(firsts.keys) == [65] && firsts[65, default: 0] > 100)
    #expect(try Files.list(other, named: other) == ["secret.csv"])
    #expect(try Files.contents(of: other + "/secret.csv", named: "").withBytes { $0.first } == 66)
    for folder in ["/folder", "/inside"] where !Files.isLink(home + folder) {
      for name in ["secret.csv", "new.csv"] { unlink(home + folder + "/" + name) }
      rmdir(home + folder)
    }
  }

  @Test func theRefusalNamesTheFlagThatAllowsIt() throws {
    defer { clean() }
    let refusal = try #require(host().obstacle(reading: "link.csv"))
    #expect(refusal.code == "E0506")
    let real = try #require(realpath(other, nil))
    defer { free(real) }
    let folder = String(cString: real)
    #expect(refusal.message.contains("leads to `\(folder)/secret.csv`"))
    #expect(refusal.help.first?.contains("--allow \(folder)") == true)
    #expect(try host([folder]).read("link.csv").withBytes { $0.count } == 1)
  }

  @Test func aFolderWhoseNameBeginsAlikeIsAnotherOne() throws {
    defer { clean() }
    mkdir(own + "er", 0o700)
    defer { rmdir(own + "er") }
    #expect(host().obstacle(writing: own + "er/x")?.code == "E0506")
    #expect(host().kind(of: own + "er") == nil)
    #expect(host().kind(of: own) == .folder)
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
    #expect(
      try TerminalHost(directory: own).read("../other/secret.csv").withBytes { $0.count } == 1)
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
