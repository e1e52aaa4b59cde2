import Commands
import Kernels
import Language
import Reports
import Synchronization
import TestedKernels
import Testing

/// Ranks that each have data of their own, of which sums leave them.
@Suite struct OwnersTests {
  /// Rows of users with numbers from `first` on, a quarter of them to choose and a quarter to judge by.
  private static func rows(
    _ users: Range<Int>, named name: (Int) -> String = { "u\($0)" },
    rated: (Int, Int) -> Float = { user, item in Float(1 + (user * item + user + item) % 5) }
  ) -> [String] {
    users.flatMap { user in
      (0..<14).map { number -> String in
        let item = (user * 5 + number * 3) % 40
        let part = ["fit", "choose", "fit", "judge"][user % 4]
        return "\(name(user)),i\(item),\(rated(user, item)),\(part)"
      }
    }
  }

  private static func file(_ rows: [String]) -> String {
    (["user,item,rating,part"] + rows).joined(separator: "\n") + "\n"
  }

  /// The files of three owners, who have some items in common.
  private static let owners = [0..<9, 9..<13, 13..<24].map { rows($0) }

  private static func script(
    _ path: String, _ options: String = "", epochs: Int = 3
  ) -> String {
    """
    set seed=7
    load csv "\(path)" owners=ranks
    split tasks from=part train=fit valid=choose test=judge query=4
    let t = meta-train maml steps=2 epochs=\(epochs) over=federated per-round=5 \(options)
    let r = evaluate mae ndcg
    save model "m.safetensors"
    """
  }

  private struct Outcome: Sendable {
    var failure: Diagnostic?
    var weights: [Float] = []
    var said = ""
    var results: [String: Double] = [:]
    var files: [String] = []
  }

  private static func outcome(of text: String, _ host: RecordingHost) -> Outcome {
    var (interpreter, outcome) = (Interpreter(), Outcome())
    let result = interpreter.run(Source(name: "t", text: text), host: host.shared) { event in
      guard let report = event.report else { return }
      outcome.said += report.blocks.map { "\($0)" }.joined(separator: "\n")
      for field in report.result.fields {
        if let number = Double.read(field.value), field.name != "seconds" {
          outcome.results[field.name] = number
        }
      }
    }
    if case .failed(let failure) = result { outcome.failure = failure }
    if let model = interpreter.session.model {
      outcome.weights = withExtendedLifetime(model.weights) { $0.all.array }
    }
    outcome.files = host.files.keys.sorted()
    return outcome
  }

  /// What comes of a script on ranks with these files.
  private func run(
    _ text: String, _ files: [[String: String]],
    hears: @escaping ThreadRanks.Listener = { _, _, _ in }
  ) -> [Outcome] {
    ThreadRanks.run(files.count, hears: hears) { ranks in
      Self.outcome(of: text, RecordingHost(files[ranks.rank]))
    }.results
  }

  private var ownFiles: [[String: String]] {
    Self.owners.enumerated().map { ["r-\($0).csv": Self.file($1)] }
  }

  private func alone(_ options: String = "", epochs: Int = 3) -> Outcome {
    let joined = Self.file(Self.owners.flatMap(\.self))
    return Self.outcome(
      of: Self.script("all.csv", options, epochs: epochs), RecordingHost(["all.csv": joined]))
  }

  /// One process with the joined files comes to the same, up to the order in which floats are added; of masked answers,
  /// which are whole numbers, to the bit.
  @Test(arguments: [
    ("", 1e-5), ("local-steps=3 drop-out=20% hide-items=50%", 1e-4),
    ("secure-aggregation=yes drop-out=10%", 0),
  ])
  func oneModelFromAllOwnersIsThatOfTheirFilesJoined(options: String, within: Float) throws {
    let joined = alone(options)
    #expect(joined.failure == nil, "\(joined.failure?.message ?? "")")
    let ranked = run(Self.script("r-%r.csv", options), ownFiles)
    for rank in ranked {
      #expect(rank.failure == nil, "\(rank.failure?.message ?? "")")
      #expect(rank.weights == ranked[0].weights && rank.results == ranked[0].results)
      let distance = zip(rank.weights, joined.weights).map { abs($0 - $1) }.max()
      #expect(rank.weights.count == joined.weights.count)
      #expect(try #require(distance) <= within)
      for field in ["users", "items", "ratings", "train", "valid", "test", "rounds"] {
        #expect(rank.results[field] == joined.results[field], "\(field)")
      }
      for field in ["loss", "mae", "ndcg@5"] {
        let (own, whole) = (rank.results[field] ?? .nan, joined.results[field] ?? .nan)
        #expect(abs(own - whole) < 1e-3, "\(field): \(own), \(whole)")
      }
    }
    // It did move, and rank 0 alone has written.
    let start = alone(options, epochs: 0).weights
    #expect(start.count == joined.weights.count && start != joined.weights)
    #expect(ranked.map { $0.files.contains("m.safetensors") } == [true, false, false])
    #expect(ranked[0].said.contains("rank 2") && ranked[0].said.contains("Owners"))
  }

  /// All that one rank says, but for sums and means of all its users, is the same whatever these rated; and nothing
  /// has the id of a user, or a rating, in it.
  @Test func nothingOfRatingsLeavesAnOwner() throws {
    let planted: Float = 3.3719
    func heard(_ turned: Bool) throws -> [(purpose: Purpose, bytes: [UInt8])] {
      let names: @Sendable (Int) -> String = { "planted-user-\($0)" }
      var files = ownFiles
      files[1] = [
        "r-1.csv": Self.file(
          Self.rows(9..<13, named: names) { user, item in
            let usual = Float(1 + (user * item + user + item) % 5)
            // The ends of the scale are told.
            return usual == 1 || usual == 5 ? usual : turned ? 6 - usual + 0.25 : planted
          })
      ]
      let all = Mutex<[(purpose: Purpose, bytes: [UInt8])]>([])
      let outcomes = run(Self.script("r-%r.csv"), files) { rank, purpose, bytes in
        if rank == 1 { all.withLock { $0.append((purpose, bytes)) } }
      }
      #expect(outcomes.allSatisfy { $0.failure == nil })
      return all.withLock { $0 }
    }
    let (one, other) = (try heard(false), try heard(true))
    func isSum(_ purpose: Purpose) -> Bool { purpose == .gradients || purpose == .results }
    #expect(one.map(\.purpose) == other.map(\.purpose))
    #expect(
      one.filter { !isSum($0.purpose) }.map(\.bytes)
        == other.filter { !isSum($0.purpose) }.map(\.bytes))
    #expect(
      one.filter { isSum($0.purpose) }.map(\.bytes)
        != other.filter { isSum($0.purpose) }.map(\.bytes))
    let secrets = [Array("planted-user".utf8), withUnsafeBytes(of: planted) { Array($0) }]
    for (_, bytes) in one {
      for secret in secrets { #expect(!bytes.holds(secret)) }
    }
    // So that it would be found: the ids of items are told.
    #expect(one.contains { $0.bytes.holds(Array("i39".utf8)) })
    // For each round one sum of as many numbers as there are weights, and not one for each client.
    let weights = alone(epochs: 0).weights.count
    let sums = one.filter { $0.purpose == .gradients }.map(\.bytes.count)
    #expect(sums.allSatisfy { $0 < 4 * weights + 64 } && !sums.isEmpty)
  }

  @Test func theModelThatRank0WritesTellsNothingOfItsOwn() {
    let script = Self.script("r-%r.csv", epochs: 0)
    func model(_ rated: @escaping (Int, Int) -> Float) -> [UInt8]? {
      let own = Self.file(Self.rows(0..<9, rated: rated))
      let hosts = [RecordingHost(["r-0.csv": own]), RecordingHost(ownFiles[1])]
      _ = ThreadRanks.run(2) { ranks in Self.outcome(of: script, hosts[ranks.rank]) }
      return hosts[0].files["m.safetensors"]
    }
    let usual = model { Float(1 + ($0 * $1 + $0 + $1) % 5) }
    #expect(usual != nil)
    #expect(usual == model { Float(5 - ($0 * $1 + $0 + $1) % 5) })
  }

  @Test func theSameIdWithTwoOwnersIsTwoClients() {
    let same = ["r-0.csv": Self.file(Self.owners[0]), "r-1.csv": Self.file(Self.owners[0])]
    let ranked = run(Self.script("r-%r.csv"), [same, same])
    #expect(ranked[0].failure == nil && ranked[0].said.contains("by 18 users"))
    #expect(ranked[0].results["train"] == 10)
  }

  /// Each needs users for every part.
  @Test func anOwnerWithTooFewUsersIsNamed() {
    let ranked = run(
      Self.script("r-%r.csv"), ownFiles.prefix(2) + [["r-2.csv": Self.file(Self.rows(24..<25))]]
    )
    for rank in ranked {
      #expect(rank.failure?.code == "E0905")
      #expect(rank.failure?.message.contains("rank 2") == true, "\(rank.failure?.message ?? "")")
    }
  }

  /// Who has nobody to be judged, since that is nobody's part, takes part all the same.
  @Test func withoutPartsToJudgeByAllAreTrainedOn() {
    let text = Self.script("r-%r.csv").replacing(
      "from=part train=fit valid=choose test=judge", with: "valid=0 test=0")
    let ranked = run(text.replacing("let r = evaluate mae ndcg\n", with: ""), ownFiles)
    for rank in ranked {
      #expect(rank.failure == nil, "\(rank.failure?.message ?? "")")
      #expect(rank.weights == ranked[0].weights && rank.results["train"] == 24)
    }
    let judged = run(text, ownFiles)
    #expect(judged.allSatisfy { $0.failure?.code == "E0408" })
  }

  /// One message for all, in which no word of a file is.
  @Test(arguments: [
    ("", "rank 2 has no file `r-2.csv`"),
    ("user,item,rating,part\nu,i,SECRET,fit\n", "r-2.csv:2 (E0512)"),
    ("user,item,rating,part\nSECRET,i,3,fit\n", "rank 2 cannot do that with its own data: E0521"),
    ("user,item\nSECRET,i\n", "rank 2 cannot do that with its own data: E0905"),
  ])
  func whatFailsWithOneOwnerFailsForAll(text: String, message: String) {
    var files = ownFiles
    files[2] = text.isEmpty ? [:] : ["r-2.csv": text]
    let bytes = Mutex<[[UInt8]]>([])
    let ranked = run(Self.script("r-%r.csv"), files) { rank, _, said in
      bytes.withLock { $0.append(said) }
    }
    for rank in ranked {
      #expect(rank.failure?.code == "E0905")
      #expect(rank.failure?.message.contains(message) == true, "\(rank.failure?.message ?? "")")
      #expect(rank.failure?.message.contains("rank 2") == true)
    }
    #expect(bytes.withLock { $0.allSatisfy { !$0.holds(Array("SECRET".utf8)) } })
  }

  /// Rank 0 hears what is wrong with its own file.
  @Test func rank0HearsItsOwnFailureInWords() {
    var files = ownFiles
    files[0] = ["r-0.csv": "user,item,rating,part\nu,i,good,fit\n"]
    let ranked = run(Self.script("r-%r.csv"), files)
    #expect(ranked[0].failure?.code == "E0512" && ranked[1].failure?.code == "E0905")
  }

  @Test(arguments: [
    ("describe", "needs the ratings of all owners"), ("show", "what rank 0 has"),
    ("export \"x.csv\"", "needs the ratings"), ("binarize keep=likes", "needs the ratings"),
    ("attach users \"u.csv\"", "known to no other owner"),
    ("split tasks by=item", "only users"), ("split tasks of=items", "only users"),
    ("split phases 3 3", "only users"),
    ("split tasks; meta-train maml epochs=1", "data in one place"),
    ("split tasks; meta-train maml over=federated clients=3", "each is a client"),
    ("split tasks; meta-train maml over=federated checkpoint=\"c\"", "digest"),
    (
      "split tasks; meta-train maml over=federated privacy=gaussian epsilon=8 delta=1e-5",
      "every rank sees"
    ),
    ("split tasks; meta-train maml over=federated steps=[1, 2]", "a sweep"),
    ("split tasks; search grid maml steps=[1, 2]", "a sweep"),
    ("split tasks; compare bias item-mean", "needs the ratings"),
    ("split tasks; evaluate coverage", "over all users at once"),
    ("split tasks; evaluate mae over=ratings", "over all users at once"),
    ("split tasks; evaluate mae seeds=3", "for each seed"),
    ("split tasks; evaluate mae candidates=all", "candidates="),
    ("split tasks; meta-train maml epochs=1 over=federated; adapt user u1", "needs the ratings"),
    (
      "split tasks; meta-train maml epochs=1 over=federated; save session \"s.mrs\"",
      "data of rank 0 alone"
    ),
    (
      "split tasks; meta-train maml epochs=1 over=federated; plot federated", "needs the ratings"
    ),
  ])
  func whatNeedsAllDataIsRefused(line: String, message: String) throws {
    let text = "set seed=7\nload csv \"all.csv\" owners=ranks\n\(line)\n"
    let host = RecordingHost([
      "all.csv": Self.file(Self.owners.flatMap(\.self)), "u.csv": "user,age\nu1,3\n",
    ])
    let failure = try #require(Self.outcome(of: text, host).failure)
    #expect(failure.code == "E0905", "\(failure.message)")
    #expect(failure.message.contains(message), "\(failure.message)")
    #expect(!failure.help.isEmpty)
  }

  @Test(arguments: [
    ("load csv \"all.csv\" owners=ranks as=shop", "leave as= out"),
    ("load data owners=ranks", "attach items"),
    ("load csv \"clicks.csv\" owners=ranks", "load ratings"),
  ])
  func whatOwnersCannotShareIsRefused(line: String, remedy: String) throws {
    let host = RecordingHost([
      "all.csv": Self.file(Self.owners[0]), "clicks.csv": "user,item\n1,2\n2,1\n",
    ])
    let failure = try #require(Self.outcome(of: line, host).failure)
    #expect(failure.code == "E0905" && failure.help.contains { $0.contains(remedy) }, "\(failure)")
  }

  @Test func theCatalogueMayBeDescribedForAll() {
    let items = "item,kind\n" + (0..<44).map { "i\($0),k\($0 % 3)\n" }.joined()
    let script = Self.script("r-%r.csv").replacing(
      "split tasks", with: "attach items \"items.csv\"\nsplit tasks")
    var files = ownFiles
    files[0]["items.csv"] = items
    let ranked = run(script, files)
    for rank in ranked {
      #expect(rank.failure == nil, "\(rank.failure?.message ?? "")")
      #expect(rank.weights == ranked[0].weights)
    }
  }
}

extension [UInt8] {
  /// Whether these bytes stand somewhere in it.
  fileprivate func holds(_ part: [UInt8]) -> Bool {
    guard count >= part.count, let first = part.first else { return false }
    return (0...count - part.count).contains {
      self[$0] == first && self[$0..<$0 + part.count].elementsEqual(part)
    }
  }
}
