import Datasets
import Kernels
import Language
import MetaLearning
import Models
import Reports

/// `stream "events.jsonl"`: follows a file of ratings that grows.
struct StreamEvents: WithholdingCommand {
  var file = ""
  var until: End?
  var count: Int?
  var from = 1
  var late = LateEvents.refuse
  var keep = 1_000_000

  /// Where a stream ends by itself.
  enum End: String, ArgumentChoice {
    case end

    var summary: String { "at the end of the file as it is" }
  }

  /// What becomes of a rating that is older than the one before it.
  enum LateEvents: String, ArgumentChoice {
    case refuse, take, skip

    var summary: String {
      switch self {
      case .refuse: "stop there, and say where"
      case .take: "take it where it stands"
      case .skip: "pass over it, and count it"
      }
    }
  }

  init() {}

  static let signature = Signature<Self>(
    "stream", "Takes ratings from a file that grows, as they come.",
    details: """
      The file is one that `load` reads, with a rating a line. New users and items become some of the data, and \
      whoever adapts later knows all that came: `adapt user 42`, `topk`. Who is adapted now learns as well. Tasks \
      and models stay as they are. At the prompt it waits for more until Ctrl-C, which keeps all that was taken; in \
      a script it needs until=end or count=. A last line without its end is not taken, since it may be half \
      written; the result says where to go on: `stream "events.jsonl" until=end from=$r.next`.
      """,
    [
      .positional(
        "file", \.file, "the file", completion: .file(extensions: ["jsonl", "csv", "tsv"])),
      .option("until", \.until, "where to stop"),
      .option("count", \.count, in: 1...1_000_000_000, "how many ratings to take"),
      .option("from", \.from, in: 1...1_000_000_000_000, "the line to begin with"),
      .option("late", \.late, "what to do with a rating that is older than the one before it"),
      .option(
        "keep", \.keep, in: 1...1_000_000_000, "how many of the ratings are kept, the newest"),
    ],
    needs: [.data], uses: [.adapted], gives: [.data],
    examples: [
      Example("stream \"events.jsonl\" until=end"),
      Example("stream \"events.jsonl\" count=2 late=skip"),
    ])

  var resultFields: [ResultField]? { ["events", "users", "items", "late", "next"] }

  /// Whether a fault ends the stream with what was taken before it: what is followed cannot be read again.
  private(set) var keepsWhatIsGood = false

  /// Tasks and models stay as good as they were.
  var withheld: [Noun] { [.data] }
  var withdrawn: [Noun] { [] }

  func run(in session: inout Session, host: any Host) throws -> Report {
    guard let data = session.data else { throw CommandFailure("E0401", Noun.data.absence) }
    guard until != nil || count != nil || host.mayFollow else {
      throw CommandFailure(
        "E0306", "in a script a stream needs an end, or it would wait for ever",
        help: ["stream \(Value.text(file).sourceText) until=end", "stream … count=100"],
        argument: file)
    }
    guard data.domains.isEmpty else {
      throw CommandFailure(
        "E0412", "of data sets that stand side by side a stream does not say which it is of",
        help: ["load one of them alone"], argument: file)
    }
    if let obstacle = host.obstacle(reading: file) { throw obstacle }
    var own = self
    own.keepsWhatIsGood = host.mayFollow && until == nil
    var taking = EventTaking(own, data, adapted: session.adapted?.user)
    var reader = EventReader(file, from: from)
    try follow(&reader, &taking, host)
    // What was taken is kept, though nobody may wait for the rest.
    return try Cancellation.shielding {
      try session.take(taking)
      return report(taking, reader, session)
    }
  }

  private func follow(
    _ reader: inout EventReader, _ taking: inout EventTaking, _ host: any Host
  ) throws {
    let ends = !host.mayFollow || until != nil
    while count.map({ taking.count < $0 }) ?? true {
      do {
        try host.checkpoint(
          Progress(
            "stream", done: Double(taking.count), total: Double(count ?? 0), unit: "events",
            detail: "line \(reader.line)"))
      } catch {
        taking.isStopped = true
        return
      }
      let part = Cancellation.attempt { Result { try reader.next(host, isFollowed: !ends) } }
      // Of a part that was cut off nothing is taken.
      guard let part else { continue }
      guard let events = try part.get() else {
        guard !ends else { break }
        host.pause()
        continue
      }
      do {
        let rows = events.interactions.count
        let done = try taking.take(events, most: count) { reader.line(of: $0, among: rows) }
        reader.advance(by: done, among: rows)
      } catch let failure as CommandFailure {
        guard host.mayFollow, until == nil, taking.count > 0 else { throw failure }
        taking.stopper = failure
        return
      }
    }
    if let count, taking.count < count {
      throw CommandFailure(
        "E0512", "\(file) has \(counted(taking.count, "event")), and count=\(count) asks for more",
        help: ["stream \(Value.text(file).sourceText) until=end"], argument: "\(count)")
    }
  }

  private func report(
    _ taking: EventTaking, _ reader: EventReader, _ session: Session
  ) -> Report {
    var blocks: [Report.Block] = [
      .text(
        "Took \(counted(taking.count, "event")) of \(file)"
          + (reader.line > from ? ", up to line \(grouped(reader.line - 1))" : "")
          + ": \(counted(taking.users, "new user")), \(counted(taking.items, "new item")).")
    ]
    if taking.isStopped { blocks.append(.note("stopped; all of these are kept")) }
    if let failure = taking.stopper {
      blocks.append(.warning(([failure.message] + failure.help).joined(separator: "; ")))
    }
    if reader.hasRest {
      blocks.append(
        .note("line \(grouped(reader.line)) has no end yet and may be half written: not taken"))
    }
    if taking.late > 0 {
      blocks.append(
        .note(
          counted(taking.late, "event") + " older than the one before "
            + (late == .take ? "taken" : "passed over")))
    }
    if taking.dropped > 0 {
      blocks.append(
        .note("the oldest \(grouped(taking.dropped)) of them are let go: keep=\(keep)"))
    }
    if taking.learned > 0, let adapted = session.adapted {
      blocks.append(
        .note(
          "\(adapted.name) has \(counted(taking.learned, "further rating")): the model is adapted to "
            + "\(grouped(adapted.context.support.count))"))
    }
    return Report(
      blocks,
      result: Record([
        .init("events", .number(Double(taking.count))),
        .init("users", .number(Double(taking.users))),
        .init("items", .number(Double(taking.items))), .init("late", .number(Double(taking.late))),
        .init("next", .number(Double(reader.line))),
      ]))
  }
}

extension Session {
  /// Takes what came of a stream. Tasks hold rows of the data by their numbers, which stay.
  fileprivate mutating func take(_ taking: EventTaking) throws {
    guard taking.count > 0 else { return }
    grow(to: taking.data)
    if taking.users + taking.items > 0 { redescribeModels(by: taking.data) }
    if taking.learned > 0, let adapted = self.adapted {
      self.adapted = adapted.learning(taking.ratings)
    }
  }
}
