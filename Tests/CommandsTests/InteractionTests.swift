import Commands
import Datasets
import Language
import MetaLearning
import Testing

/// Data that say only what was taken: clicks, purchases, plays.
@Suite struct InteractionTests {
  /// Users take items of their own parity, but for the last.
  private static let clicks: String = {
    var text = "user,item,what\n"
    for user in 0..<40 {
      for place in 0..<9 {
        let item = (user * 3 + place * 2) % 20 / 2 * 2 + (place == 8 ? 1 - user % 2 : user % 2)
        text += "u\(user),i\(item),\(place % 3 == 0 ? "buy" : "view")\n"
      }
    }
    return text
  }()

  private func run(
    _ lines: String..., files: [String: String] = ["clicks.csv": InteractionTests.clicks]
  ) -> (interpreter: Interpreter, said: String, fault: Diagnostic?) {
    var interpreter = Interpreter()
    var said = ""
    let result = interpreter.run(
      Source(name: "test", text: lines.joined(separator: "\n")), host: RecordingHost(files)
    ) { outcome in
      for block in outcome.report?.blocks ?? [] { said += "\(block)\n" }
    }
    switch result {
    case .failed(let fault): return (interpreter, said, fault)
    case .invalid(let faults): return (interpreter, said, faults.first)
    default: return (interpreter, said, nil)
    }
  }

  private let load = "load csv \"clicks.csv\" rating=none"

  @Test func pairsAddUpAndWeightsAreCounts() throws {
    let file = "user,item,what\na,x,view\na,x,buy\na,y,view\nb,x,view\nb,x,view\n"
    let (plain, said, _) = run("load csv \"c.csv\" rating=none", files: ["c.csv": file])
    let data = try #require(plain.session.data)
    #expect(data.feedback == .interactions && data.interactions.count == 3)
    #expect(data.interactions.counts == [2, 1, 2] && data.interactions.ratings == [1, 1, 1])
    #expect(said.contains("3 interactions of 2 items by 2 users"))
    #expect(said.contains("which count 5 together"))
    let (weighed, _, _) = run(
      "load csv \"c.csv\" rating=none", "weigh what view=1 buy=5", "weigh what view=2 buy=10",
      files: ["c.csv": file])
    #expect(weighed.session.data?.interactions.counts == [12, 2, 4])
    let (bought, note, _) = run(
      "load csv \"c.csv\" rating=none", "weigh what view=0 buy=1", files: ["c.csv": file])
    #expect(bought.session.data?.interactions.count == 1, "\(note)")
    let (rated, _, _) = run(
      "load csv \"c.csv\" rating=none", "weigh what view=1 buy=5 as=ratings",
      files: ["c.csv": file])
    #expect(rated.session.data?.interactions.ratings == [1, 5, 1, 1, 1])
    #expect(rated.session.data?.feedback == .ratings)
  }

  @Test func ratingsBecomeLikes() throws {
    let (liked, _, _) = run("load data", "binarize threshold=4 keep=likes")
    let (all, _, _) = run("load data", "binarize keep=all")
    let (rated, _, _) = run("load data")
    let ratings = try #require(rated.session.data?.interactions.ratings)
    #expect(liked.session.data?.interactions.count == ratings.count { $0 >= 4 })
    #expect(all.session.data?.interactions.count == ratings.count)
    #expect(all.session.data?.scale == .happened)
  }

  @Test(arguments: [
    "evaluate mae", "meta-train maml loss=mse epochs=1", "meta-train maml loss=ordinal epochs=1",
    "evaluate ndcg@5 rmse", "binarize threshold=4",
  ])
  func whatNeedsAScaleIsRefusedBeforeItRuns(line: String) throws {
    let text = [load, "split tasks query=3 min=6 valid=15% test=25%", line].joined(separator: "\n")
    let checked = Language.check(
      Source(name: "test", text: text),
      in: Interpreter().checkContext(RecordingHost(["clicks.csv": Self.clicks])))
    #expect(checked.diagnostics.map(\.code) == ["E0412"], "\(checked.diagnostics)")
    #expect(run(text).fault?.code == "E0412")
  }

  @Test func aModelLearnsWhatPopularityDoesNotKnow() throws {
    let (_, said, fault) = run(
      "set seed=7", load, "split tasks query=3 min=6 valid=15% test=25%",
      "meta-train maml epochs=20 lr=0.02",
      "let r = evaluate", "expect $r.ndcg@20 > $r.popularity.ndcg@20",
      "expect $r.ndcg@20 > $r.chance.ndcg@20", "expect $r.capped-recall@20 <= 1",
      "adapt user u3", "topk 3", "adapt new i1=1 i3=1", "topk 3")
    #expect(fault == nil, "\(fault?.message ?? "") \(said)")
    #expect(said.contains("all that the user never"))
  }

  @Test(arguments: ["bce", "bpr", "softmax"])
  func aSavedModelDrawsTheSame(loss: String) throws {
    let lines = [
      "set seed=7", load, "split tasks query=3 min=6 valid=15% test=25%",
      "meta-train maml epochs=2 loss=\(loss) sampling=popularity negatives=3", "adapt user u3",
      "let a = topk 3", "save model \"m.safetensors\"", "open model \"m.safetensors\"",
      "adapt user u3", "let b = topk 3", "expect $a.scores == $b.scores",
    ]
    let (_, said, fault) = run(lines.joined(separator: "\n"))
    #expect(fault == nil, "\(fault?.message ?? "") \(said)")
  }

  @Test func ratingsThatAreAllEqualAreSaidToTellNothing() {
    let file = "user,item,rating\na,x,5\na,y,5\nb,x,5\n"
    let (_, said, _) = run("load csv \"c.csv\"", files: ["c.csv": file])
    #expect(said.contains("all 3 ratings are 5"))
    #expect(said.contains("binarize keep=all"))
  }

  @Test func aMeasureThatNoOrderChangesIsSaidToBeOne() {
    let rows = (0..<12).flatMap { user in (0..<8).map { "u\(user),i\($0),5\n" } }
    let (_, said, fault) = run(
      "load csv \"c.csv\"", "split tasks query=3 min=6", "evaluate mae ndcg@3",
      files: ["c.csv": "user,item,rating\n" + rows.joined()])
    #expect(fault == nil)
    #expect(said.contains("nDCG@3: 1 whatever the order for"), "\(said)")
    #expect(!said.contains("MAE: 0 of"), "\(said)")
  }

  /// Counts taken as ratings: most are small, and the table shows how they lie.
  @Test func aHeavyTailIsShownInGrowingSteps() {
    let rows = (0..<400).map { "u\($0 / 10),i\($0 % 10),\($0 == 7 ? 1193 : $0 % 31 + 1)\n" }
    let (_, said, _) = run(
      "load csv \"c.csv\" rating=plays", "describe",
      files: ["c.csv": "user,item,plays\n" + rows.joined()])
    for start in ["1", "2", "5", "10", "20", "1000"] {
      #expect(said.contains("text(\"\(start)\")"), "\(start)")
    }
  }

  @Test func ratingsAndInteractionsDoNotMix() {
    let (_, _, fault) = run("load data as=shop", load + " as=clicks")
    #expect(fault?.code == "E0530")
    let (_, _, other) = run(
      "load data", "split tasks query=3 min=6", "meta-train maml epochs=0",
      "save model \"m.safetensors\"", load, "open model \"m.safetensors\"")
    #expect(other?.code == "E0503", "\(other?.message ?? "")")
  }
}
