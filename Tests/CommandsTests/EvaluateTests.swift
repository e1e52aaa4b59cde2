import Commands
import Datasets
import Evaluation
import Kernels
import Language
import Reports
import TestedKernels
import Testing

/// A host without files that counts its checkpoints.
private final class StillHost: Host {
  func read(_ path: String) throws(CommandFailure) -> FileContents {
    throw CommandFailure("E0501", "no files here")
  }
  func kind(of path: String) -> FileKind? { nil }
  func list(_ path: String) throws(CommandFailure) -> [String] { [] }
  func write(_ bytes: [UInt8], to path: String) throws(CommandFailure) {}
  let kernels = KernelSet.underTest

  func now() -> Double { 0 }
  func checkpoint(_ progress: Progress) throws(Interrupted) {}
}

/// Twelve users who rate all of six items by a formula; eight train, two validate, two test.
private func session() -> Session {
  var interactions = Interactions()
  var tasks: [UserTask] = []
  for user in Int32(0)..<12 {
    let first = Int32(interactions.count)
    for item in Int32(0)..<6 {
      interactions.users.append(user)
      interactions.items.append(item)
      interactions.ratings.append(Float((user * item + item) % 5 + 1))
    }
    tasks.append(
      UserTask(
        user: user, support: [first, first + 1],
        query: [first + 2, first + 3, first + 4, first + 5]))
  }
  var session = Session(kernels: .underTest)
  session.data = Dataset(
    name: "toy", users: Entities(ids: Vocabulary((0..<12).map { "u\($0)" })),
    items: Entities(ids: Vocabulary((0..<6).map { "i\($0)" })), interactions: interactions,
    scale: RatingScale(1, 5))
  session.tasks = TaskSplit(
    train: Array(tasks[..<8]), valid: Array(tasks[8..<10]), test: Array(tasks[10...]),
    recipe: "by=user", fingerprint: 1)
  return session
}

private func evaluate(
  _ words: [String] = [], options: [String: Value] = [:], in session: Session = session()
) throws -> Report {
  var command: any Configurable = Evaluate()
  let arguments =
    words.map { Argument(.word($0)) } + options.map { Argument(key: $0.key, $0.value) }
  let problems = bind(arguments, to: &command).problems
  if let first = problems.first { throw first.problem }
  var session = session
  return try #require(command as? Evaluate).run(in: &session, host: StillHost())
}

private func table(_ report: Report) throws -> Table {
  for case .table(let table) in report.blocks { return table }
  throw CommandFailure("test", "the report has no table")
}

@Suite struct EvaluateTests {
  @Test func chanceAndTheBaselinesAreAlwaysShown() throws {
    let table = try table(evaluate())
    #expect(
      table.rows.map(\.first)
        == ["chance", "popularity", "item-mean", "bias", "mf"].map { Table.Cell.text($0) })
    #expect(
      table.columns.map(\.title) == [
        "model", "MAE", "RMSE", "nDCG@5", "precision@5", "recall@5", "hit@5", "MRR@5",
      ])
  }

  @Test func theResultHasARecordForEveryRow() throws {
    let result = try evaluate(["ndcg@2", "mae"]).result
    guard case .record(let row)? = result["item-mean"] else {
      Issue.record("no row of item-mean")
      return
    }
    #expect(row.fields.map(\.name) == ["ndcg@2", "mae", UserValues.field])
    #expect(result["users"] == .number(2))
    guard case .record(let popularity)? = result["popularity"] else { return }
    #expect(popularity["mae"] == nil)
  }

  @Test func theFootnotesNameWhatChangesTheNumbers() throws {
    let notes = try table(evaluate(options: ["positives": .word("top"), "gain": .word("linear")]))
      .footnotes.joined(separator: "\n")
    for word in [
      "95 %", "4 query items", "best-rated", "gain the rating", "ties", "lower is better",
    ] {
      #expect(notes.contains(word), "\(word)")
    }
  }

  @Test func kIsTheCutoffWhereNoneIsWritten() throws {
    let table = try table(evaluate(["ndcg", "hit@1"], options: ["k": .number(3)]))
    #expect(table.columns.map(\.title) == ["model", "nDCG@3", "hit@1"])
  }

  @Test func aPartWithoutUsersIsRefused() throws {
    var empty = session()
    empty.tasks?.valid = []
    #expect(throws: CommandFailure.self) {
      try evaluate(options: ["part": .word("valid")], in: empty)
    }
    #expect(throws: CommandFailure.self) { try evaluate(in: Session()) }
  }

  @Test func theNumbersAreTheSameOnAnyNumberOfThreads() throws {
    var (one, two) = (session(), session())
    one.settings.threads = 1
    two.settings.threads = 2
    let pool = ThreadPool()
    #expect(try evaluate(in: one) == pool.whileUsed { try evaluate(in: two) })
    #expect(pool.threadCount == 1)
  }

  @Test func theFieldsAreKnownBeforeRunning() throws {
    var command = Evaluate()
    command.metrics = [NDCG()]
    command.options.k = 7
    #expect(command.resultFields?.first?.name == "ndcg@7")
    #expect(command.resultFields?.contains { $0.name == "item-mean" } == true)
  }
}

@Suite struct UserValuesTests {
  private func result(_ users: [String], _ values: [Double?]) -> Record {
    var kept = UserValues(users: users)
    kept["mae"] = values
    return Record([.init(UserValues.field, .record(kept.record))])
  }

  @Test func valuesSurviveTheLanguage() throws {
    var kept = UserValues(users: ["7", "x"])
    kept["mae"] = [0.5, nil]
    #expect(UserValues(result: Record([.init(UserValues.field, .record(kept.record))])) == kept)
  }

  @Test func resultsAreComparedUserByUser() throws {
    let first = result(["a", "b", "c"], [3, 5, 9])
    let second = result(["c", "b", "x"], [8, 3, 0])
    let test = try #require(pairedTest(of: "mae", first, second))
    #expect(test.count == 2)
    #expect(test.difference.mean == 1.5)
    #expect(pairedTest(of: "rmse", first, second) == nil)
    #expect(pairedTest(of: "mae", first, Record()) == nil)
  }
}
