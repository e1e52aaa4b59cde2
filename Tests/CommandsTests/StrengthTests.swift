import Commands
import Datasets
import Evaluation
import Kernels
import Language
import MetaLearning
import Reports
import TestedKernels
import Testing

/// Sixty users of two tastes among twenty-four items, as interactions; forty train, ten validate, ten test.
///
/// - Parameter change: given the query of a test user, and what they have not taken at all, makes another query.
private func session(_ change: ([Int32], [Int32]) -> [Int32] = { query, _ in query }) -> Session {
  var stream = RandomKey(seed: 4).derived("strengths").stream
  var rows = Interactions()
  var tasks: [UserTask] = []
  for user in Int32(0)..<60 {
    var items = (0..<24).map { Int32($0) }
    stream.shuffle(&items)
    // Two of three from the half that they like.
    let (liked, others) = (items.filter { $0 % 2 == user % 2 }, items.filter { $0 % 2 != user % 2 })
    items = Array(liked.prefix(6) + others.prefix(3))
    let first = Int32(rows.count)
    if user >= 50 {
      let taken = Set(items)
      items =
        items.prefix(3)
        + change(Array(items.dropFirst(3)), (0..<24).filter { !taken.contains($0) })
    }
    for item in items {
      rows.users.append(user)
      rows.items.append(item)
      rows.ratings.append(1)
    }
    tasks.append(
      UserTask(
        user: user, support: (0..<3).map { first + $0 },
        query: (3..<Int32(items.count)).map { first + $0 }))
  }
  var session = Session(kernels: .underTest)
  var data = Dataset(
    name: "toy", users: Entities(ids: Vocabulary((0..<60).map { "u\($0)" })),
    items: Entities(ids: Vocabulary((0..<24).map { "i\($0)" })), interactions: rows,
    scale: .happened)
  data.feedback = .interactions
  session.data = data
  session.tasks = TaskSplit(
    train: Array(tasks[..<40]), valid: Array(tasks[40..<50]), test: Array(tasks[50...]),
    recipe: "by=user", fingerprint: 1)
  return session
}

private func report(
  _ session: Session, with names: [String], host: RecordingHost = RecordingHost()
) throws -> Report {
  var command = Evaluate()
  command.with = names
  command.metrics = [try Evaluation.metrics.make("ndcg").get()]
  command.options.candidates = .all
  var session = session
  return try command.run(in: &session, host: host)
}

private func notes(_ report: Report) -> [String] {
  report.blocks.flatMap { block -> [String] in
    if case .table(let table) = block { return table.footnotes }
    return []
  }
}

private let tuned = ["ease", "episodic-ease", "als", "bpr", "item-knn"]

@Suite struct StrengthTests {
  @Test func theChoiceIsShownWithWhatItWasChosenFrom() throws {
    let notes = notes(try report(session(), with: ["ease", "als"]))
    let pattern =
      #/ease: l2=\d+, of 300, 1000, 5000, 20000, 100000, by nDCG@20 on 10 validation users/#
    #expect(notes.contains { $0.wholeMatch(of: pattern) != nil }, "\(notes)")
    #expect(
      notes.contains {
        $0.hasPrefix("als: factors=") && $0.contains(", of (factors=16 l2=30 alpha=0), (")
      }, "\(notes)")
  }

  /// Whatever test users took besides their supports: the same strengths, and the same scores.
  @Test func testUsersAreNotAsked() throws {
    func choices(_ change: ([Int32], [Int32]) -> [Int32]) throws -> [String] {
      notes(try report(session(change), with: tuned)).filter { $0.contains("validation user") }
    }
    let known = try choices { query, _ in query }
    #expect(known.count == tuned.count)
    #expect(try choices { query, _ in query.reversed() } == known)
    #expect(try choices { query, others in Array(others.prefix(query.count)) } == known)
  }

  @Test func aBlendSaysWhatItIsMadeOf() throws {
    let notes = notes(try report(session(), with: ["hybrid"]))
    let pattern = #/hybrid: \d\.\d\d episodic-ease l2=\S+, \d\.\d\d ease l2=\S+, \d\.\d\d als .+/#
    #expect(notes.contains { $0.wholeMatch(of: pattern) != nil }, "\(notes)")
  }

  @Test(arguments: [false, true])
  func aFeatureThatItemsDoNotHaveIsRefused(isTogether: Bool) throws {
    var session = session()
    session.data?.items.features = [
      Feature("year", .numbers(Array(repeating: 1990, count: 24)))
    ]
    var ease = Ease()
    if isTogether { ease.newItems.together = ["year", "yaer"] }
    if !isTogether { ease.newItems.features = ["year", "yaer"] }
    session.namedBaselines["ease"] = ease
    let failure = #expect(throws: CommandFailure.self) { try report(session, with: ["ease"]) }
    #expect(failure?.code == "E0502" && failure?.message.contains("`yaer`") == true)
    #expect(failure?.help.first == "near to it: year")
  }

  @Test func whatTheUserGaveIsNotChosen() throws {
    var session = session()
    var ease = Ease()
    ease.penalty = 7
    session.namedBaselines["ease"] = ease
    let notes = notes(try report(session, with: ["ease"]))
    #expect(!notes.contains { $0.hasPrefix("ease:") })
  }

  @Test func withoutValidationUsersTheMiddleIsTaken() throws {
    var session = session()
    session.tasks?.valid = []
    let report = try report(session, with: tuned)
    #expect(!notes(report).contains { $0.contains("validation user") })
  }

  @Test func aRowThatThereIsNoMemoryForIsLeftOutWithTheReason() throws {
    var session = session()
    // Many items that nobody took.
    session.data?.items.ids = Vocabulary((0..<6000).map { "i\($0)" })
    let host = RecordingHost()
    host.availableMemory = 1e8
    let report = try report(session, with: ["ease"], host: host)
    let warnings = report.blocks.compactMap { block -> String? in
      if case .warning(let text) = block { text } else { nil }
    }
    #expect(
      warnings.contains { $0.hasPrefix("ease is left out: `ease` needs about 4") }, "\(warnings)")
    // What it says helps.
    let most = try #require(
      warnings.joined().firstMatch(of: #/`baseline ease items=(\d+)`/#).flatMap { Int($0.1) })
    var ease = Ease()
    ease.most = most
    #expect(ease.memory(for: try #require(session.data)) < 1e8)
  }
}
