import Commands
import Language
import Reports
import Testing

/// Trainings that end worse than they began keep the state before them.
@Suite struct KeptStartTests {
  private static let start = "load data\nset seed=7\nsplit tasks valid=20% test=70%\n"
  /// Far too long steps.
  private static let bad = "meta-train maml steps=0 batch=20 outer=sgd lr=30 clip=1 patience=0"

  private func run(
    _ text: String, _ host: RecordingHost = RecordingHost()
  ) throws -> [Report] {
    var interpreter = Interpreter()
    var reports: [Report] = []
    let result = interpreter.run(Source(name: "test", text: Self.start + text), host: host) {
      if let report = $0.report { reports.append(report) }
    }
    try #require(result == .completed, "\(result)")
    return reports
  }

  private func said(_ report: Report?) -> String {
    (report?.blocks ?? []).compactMap { block in
      switch block {
      case .text(let text), .warning(let text): text
      default: nil
      }
    }.joined(separator: "\n")
  }

  private func model(_ text: String, _ host: RecordingHost = RecordingHost()) throws -> [UInt8] {
    _ = try run(text + "\nsave model \"m\"", host)
    return try #require(host.files["m"])
  }

  private func loss(_ record: Record?) -> Double? {
    guard case .number(let number)? = record?["loss"] else { return nil }
    return number.value
  }

  @Test func theStateBeforeIsEpochZero() throws {
    let report = try run(Self.bad + " epochs=4").last
    let start = try run(Self.bad + " epochs=0").last
    #expect(loss(report?.result) == loss(start?.result))
    let text = said(report)
    #expect(text.contains("kept epoch 0, the state before training: validation loss"), "\(text)")
    #expect(text.contains("No epoch was better than the start"))
    #expect(text.contains("a smaller `lr` (30 here)"))
    #expect(!said(start).contains("epoch 0"))
  }

  @Test func cutOffStoppedAndWholeOnesAreTheSame() throws {
    let whole = try model(Self.bad + " epochs=4")
    let host = RecordingHost()
    _ = try run(Self.bad + " epochs=4 stop-after=2 checkpoint=\"c\"", host)
    #expect(try model("resume \"c\"", host) == whole)
    // The weights of a saved model are the untrained ones, however long it was trained.
    let adapted = "\ntopk 3 for=test file=\"a.csv\""
    let hosts = [RecordingHost(), RecordingHost(), RecordingHost()]
    _ = try run(Self.bad + " epochs=4" + adapted, hosts[0])
    _ = try run(Self.bad + " epochs=0" + adapted, hosts[1])
    _ = try run(Self.bad + " epochs=4 stop-after=1" + adapted, hosts[2])
    #expect(hosts[0].text("a.csv") != nil)
    #expect(hosts[0].text("a.csv") == hosts[1].text("a.csv"))
    #expect(hosts[0].text("a.csv") == hosts[2].text("a.csv"))
  }

  @Test func aSweepComparesWhatIsKept() throws {
    let lines = [
      "meta-train maml steps=0 batch=20 outer=sgd lr=[30, 100] clip=1 epochs=2",
      "search successive-halving n=4 eta=2 maml steps=0 batch=20 outer=sgd lr=30..100 clip=1 epochs=2",
    ]
    let start = try #require(loss(try run(Self.bad + " epochs=0").last?.result))
    for line in lines {
      let report = try #require(try run(line).last)
      #expect(loss(report.result) == start, "\(line)")
      #expect(said(report).contains("No epoch was better than the start"), "\(said(report))")
    }
  }
}

/// Sizes that a split chooses, and those that it offers.
@Suite struct SplitSizeTests {
  private func run(_ text: String) -> (failure: Diagnostic?, notes: [String]) {
    let ratings = (0..<360).map { number in
      "u\(number / 12),i\((number / 12 + number % 12) % 16),\(number % 5 + 1),\(number)\n"
    }
    let host = RecordingHost(["r.csv": "user,item,rating,time\n" + ratings.joined()])
    var interpreter = Interpreter()
    var notes: [String] = []
    let result = interpreter.run(
      Source(name: "test", text: "load csv \"r.csv\"\n" + text), host: host
    ) { outcome in
      for case .note(let text) in outcome.report?.blocks ?? [] { notes.append(text) }
    }
    guard case .failed(let diagnostic) = result else { return (nil, notes) }
    return (diagnostic, notes)
  }

  @Test(arguments: ["", "by=item", "by=time", "cold=item", "cold=both test=40%", "support=6"])
  func aSizeThatFitsIsChosenAndSaid(way: String) {
    let (failure, notes) = run("split tasks \(way)\nevaluate ndcg@3")
    #expect(failure == nil, "\(String(describing: failure))")
    let isSaid = notes.contains { $0.contains("as many as leave most users: query=10 would") }
    #expect(isSaid, "\(notes)")
  }

  @Test(arguments: [
    "query=10", "by=item query=10", "by=time query=40", "cold=item query=10", "support=12",
    "support=20 query=20", "min=100", "query=3 min=400", "query=2 min=5 max=8",
  ])
  func whatItOffersWorks(way: String) throws {
    let failure = try #require(run("split tasks \(way)").failure)
    let help = try #require(failure.help.last { $0.contains("try ") }, "\(failure)")
    let offer = try #require(help.split(separator: "try ").last)
    let names = offer.split(separator: " ").compactMap { $0.split(separator: "=").first }
    let kept = way.split(separator: " ").filter { option in
      !names.contains { option.hasPrefix("\($0)=") }
    }
    let line = "split tasks \(kept.joined(separator: " ")) \(offer)"
    #expect(run(line).failure == nil, "\(line): \(String(describing: run(line).failure))")
  }
}
