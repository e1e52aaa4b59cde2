import Commands
import Reports
import Service
import Synchronization
import Testing

/// What is told is kept, whatever happens to the file.
@Suite struct FeedbackTests {
  @Test func whatWasToldIsThereAgain() throws {
    let file = MemoryFile()
    let service = try Toys.service(log: FeedbackLog(file))
    for n in 1...20 {
      _ = try asked(
        service, "/feedback", #"{"user": "u\#(n % 3)", "ratings": {"\#(n)": \#(1 + n % 5)}}"#)
    }
    let before = try lists(service)
    #expect(try lists(Toys.service(log: FeedbackLog(MemoryFile(file.bytes)))) == before)
    // A user who made room for others comes back to the same bits.
    #expect(try lists(Toys.service(log: FeedbackLog(MemoryFile(file.bytes)), users: 1)) == before)
  }

  @Test func whereverTheFileIsCutTheLinesBeforeCount() throws {
    let file = MemoryFile()
    let service = try Toys.service(log: FeedbackLog(file))
    for n in 1...4 {
      _ = try asked(service, "/feedback", #"{"user": "ann", "ratings": {"\#(n)": 3}}"#)
    }
    let bytes = file.bytes
    for end in 0...bytes.count {
      let cut = MemoryFile(Array(bytes[..<end]))
      let whole = bytes[..<end].count { $0 == UInt8(ascii: "\n") }
      let log = try FeedbackLog(cut)
      #expect(log.replayedCount == whole)
      #expect((log.remark == nil) == (end == 0 || bytes[end - 1] == UInt8(ascii: "\n")))
      let again = try Toys.service(log: log)
      let answer = try asked(again, "/feedback", #"{"user": "ann", "ratings": {"9": 3}}"#)
      #expect(answer["ratings"] == JSON.number(whole + 1))
    }
  }

  @Test func whatCouldNotBeWrittenIsNotSaidToBeKept() throws {
    let file = MemoryFile(most: 400)
    let service = try Toys.service(log: FeedbackLog(file))
    var kept = 0
    for n in 1...20 {
      let answer = service.answer(
        to: request("POST", "/feedback", #"{"user": "ann", "ratings": {"\#(n)": 3}}"#))
      #expect(answer.status == 200 || answer.status == 507)
      kept += answer.status == 200 ? 1 : 0
    }
    #expect((1..<20).contains(kept))
    #expect(try FeedbackLog(MemoryFile(file.bytes)).replayedCount == kept)
    #expect(try asked(service, "/recommend", #"{"user": "ann"}"#)["ratings"] == JSON.number(kept))
  }

  @Test func linesThatWereEditedAreLinkedAnew() throws {
    let lines = [1, 2, 3].map {
      #"{"user": "ann", "time": 5, "ratings": {"\#($0)": 4}, "before": 77}"#
    }
    let file = MemoryFile(Array((lines.joined(separator: "\n") + "\n").utf8))
    let log = try FeedbackLog(file)
    #expect(log.remark != nil)
    let service = try Toys.service(log: log)
    #expect(try asked(service, "/recommend", #"{"user": "ann"}"#)["ratings"] == JSON.number(3))
    #expect(try FeedbackLog(MemoryFile(file.bytes)).remark == nil)
  }

  @Test func aLineThatIsNoneBeforeOthersIsRefused() throws {
    let good = #"{"user": "ann", "time": 5, "ratings": {"1": 4}, "before": -1}"#
    for bad in ["nonsense", "{}", #"{"user": 5, "time": 5}"#, "\u{0}\u{0}"] {
      #expect(throws: CommandFailure.self) {
        try FeedbackLog(MemoryFile(Array((bad + "\n" + good + "\n").utf8)))
      }
      // At the very end it is what a crash has left.
      #expect(
        try FeedbackLog(MemoryFile(Array((good + "\n" + bad + "\n").utf8))).replayedCount == 1)
    }
  }

  private func lists(_ service: Service) throws -> [JSON] {
    try (0..<3).map { try asked(service, "/recommend", #"{"user": "u\#($0)"}"#) }
  }
}

/// A file in memory that may be full.
final class MemoryFile: FeedbackFile {
  private let contents: Mutex<[UInt8]>
  private let most: Int

  init(_ bytes: [UInt8] = [], most: Int = .max) {
    contents = Mutex(bytes)
    self.most = most
  }

  var bytes: [UInt8] { contents.withLock { $0 } }

  func size() -> Int { bytes.count }

  func read(_ count: Int, at place: Int) -> [UInt8] {
    contents.withLock { Array($0.dropFirst(place).prefix(count)) }
  }

  func append(_ bytes: [UInt8]) throws(CommandFailure) {
    let isWhole = contents.withLock { contents in
      let room = most - contents.count
      contents += bytes.prefix(room)
      return room >= bytes.count
    }
    if !isWhole { throw CommandFailure("E0925", "no room is left") }
  }

  func cut(at place: Int) { contents.withLock { $0 = Array($0.prefix(place)) } }
  func replace(with bytes: [UInt8]) { contents.withLock { $0 = bytes } }
}
