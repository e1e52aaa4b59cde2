import Commands
import Language
import LibC
import Reports
import Testing

import Shell

/// Results in files.
@Suite struct ResultCacheTests {
  private let scratch = Scratch()
  private let files = Scratch()
  private let source = Source(name: "t.mrs", text: "load data\n")

  private var host: FileRecordingHost { FileRecordingHost(TerminalHost(directory: files.path)) }
  private var cache: ResultCache { ResultCache(folder: scratch.path) }

  private var entries: [String] { (try? Files.list(scratch.path, named: "")) ?? [] }

  private func write(_ text: String, _ name: String) throws {
    try Files.write(Array(text.utf8), to: files.path + "/" + name, named: name)
  }

  @Test func whatIsKeptIsFoundUnderItsOwnKeyOnly() {
    let bytes: [UInt8] = [10, 0, 255, 10]
    #expect(cache.bytes("a", host: host) == nil)
    cache.keep(bytes, "a", facts: [])
    #expect(cache.bytes("a", host: host) == bytes)
    #expect(cache.bytes("b", host: host) == nil)
    #expect(ResultCache(folder: scratch.path, salt: "x").bytes("a", host: host) == nil)
    cache.keep([], "a", facts: [])
    #expect(cache.bytes("a", host: host) == [])
  }

  @Test func whatWasFoundInFilesMustStillBeSo() throws {
    try write("A", "in.csv")
    let host = host
    _ = try host.read("in.csv")
    #expect(host.kind(of: "other.csv") == nil)
    _ = try host.list(".")
    cache.keep([1], "k", facts: host.facts)
    #expect(cache.bytes("k", host: host) == [1])
    try write("B", "in.csv")
    #expect(cache.bytes("k", host: host) == nil)
    try write("A", "in.csv")
    #expect(cache.bytes("k", host: host) == [1])
    // One that was not there is asked for, too.
    try write("", "other.csv")
    #expect(cache.bytes("k", host: host) == nil)
  }

  @Test func damagedEntriesAreNoEntries() throws {
    cache.keep(Array(repeating: 7, count: 100), "k", facts: [])
    let path = scratch.path + "/" + (try #require(entries.first))
    let whole = try Files.contents(of: path, named: path).withBytes { Array($0) }
    for place in [0, 20, whole.count - 1] {
      var damaged = whole
      damaged[place] ^= 1
      try Files.write(damaged, to: path, named: path)
      #expect(cache.bytes("k", host: host) == nil)
    }
    for count in [0, 5, whole.count - 1] {
      try Files.write(Array(whole.prefix(count)), to: path, named: path)
      #expect(cache.bytes("k", host: host) == nil)
    }
    try Files.write(whole, to: path, named: path)
    #expect(cache.bytes("k", host: host) != nil)
  }

  /// Puts bytes in the place of a file's, without waiting for the disk.
  private func overwrite(_ path: String, _ bytes: [UInt8]) {
    let file = open(path, O_WRONLY | O_TRUNC)
    Files.writeAll(bytes, to: file)
    close(file)
  }

  @Test func everyChangedBitOfAnEntryIsFound() throws {
    let host = host
    cache.keep(Array("a result".utf8), "k", facts: [FileFact(.kind, "in.csv", "none")])
    let path = scratch.path + "/" + (try #require(entries.first))
    let whole = try Files.contents(of: path, named: path).withBytes { Array($0) }
    var taken: [Int] = []
    for bit in 0..<8 * whole.count {
      var changed = whole
      changed[bit / 8] ^= 1 << (bit % 8)
      overwrite(path, changed)
      if cache.bytes("k", host: host) != nil { taken.append(bit) }
    }
    #expect(taken == [])
  }

  @Test func anEntryUnderAnotherKeysNameIsNotBelieved() throws {
    cache.keep([1], "one", facts: [])
    let one = try #require(entries.first)
    cache.keep([2], "two", facts: [])
    let two = try #require(entries.first { $0 != one })
    rename(scratch.path + "/" + one, scratch.path + "/" + two)
    #expect(cache.bytes("two", host: host) == nil)
    // It is made anew.
    cache.keep([2], "two", facts: [])
    #expect(cache.bytes("two", host: host) == [2])
  }

  @Test func theFolderNeverHoldsMuchMoreThanItMay() {
    let small = ResultCache(folder: scratch.path, mostBytes: 4000)
    for number in 0..<20 {
      small.keep(Array(repeating: 1, count: 700), "\(number)", facts: [])
      // What is used stays.
      #expect(small.bytes("0", host: host) != nil)
    }
    #expect(entries.count <= 6)
    #expect(small.bytes("19", host: host) != nil && small.bytes("5", host: host) == nil)
    small.keep(Array(repeating: 1, count: 2000), "large", facts: [])
    #expect(small.bytes("large", host: host) == nil)
  }

  @Test func aReplayThatPassedIsKeptAndOneThatFailedIsNot() {
    let host = host
    let passed = Replay(of: source, host: host)
    cache.keep(passed, of: source, facts: host.facts)
    #expect(cache.replay(of: source, host: host)?.isCached == true)
    #expect(cache.replay(of: Source(name: "t.mrs", text: "load data \n"), host: host) == nil)
    #expect(cache.replay(of: Source(name: "u.mrs", text: source.text), host: host) == nil)
    let wrong = Source(name: "t.mrs", text: "expect 1 > 2\n")
    cache.keep(Replay(of: wrong, host: host), of: wrong, facts: [])
    #expect(cache.replay(of: wrong, host: host) == nil)
  }

  @Test func afterAnEditOnlyWhatDependsOnItRunsAnew() {
    let script = """
      load data
      split tasks valid=20% test=70%
      meta-train maml steps=1 epochs=1
      let r = evaluate mae
      """
    func replay(_ text: String) -> Replay {
      Replay(of: Source(name: "t.mrs", text: text), host: host, store: cache)
    }
    #expect(replay(script).resultsTaken == 0)
    #expect(replay(script).resultsTaken == 2)
    #expect(replay(script + "\nshow").resultsTaken == 2)
    #expect(replay(script.replacing("mae", with: "rmse")).resultsTaken == 1)
  }

  @Test func aSweepTrainsOnlyTheRunsThatAreNew() {
    func script(_ line: String) -> String {
      "load data\nsplit tasks valid=20% test=70%\n\(line)\nlet b = best $s\nexpect $b.loss > 0\n"
    }
    func replay(_ line: String) -> Replay {
      let text = script("let s = " + line)
      return Replay(of: Source(name: "t.mrs", text: text), host: host, store: cache)
    }
    let line = "meta-train maml steps=[1, 2] epochs=1"
    #expect(replay(line).resultsTaken == 0)
    let again = replay(line)
    #expect(again.resultsTaken == 2 && again.status == .success)
    #expect(replay(line.replacing("[1, 2]", with: "[1, 2, 3]")).resultsTaken == 2)
    #expect(replay(line + " lr=0.01").resultsTaken == 0)
    // One that stopped half-way goes on from there.
    let race = "search successive-halving n=3 eta=2 maml steps=[1, 2, 3] epochs=2"
    #expect(replay(race).resultsTaken == 0)
    #expect(replay(race).resultsTaken == 3)
  }
}
