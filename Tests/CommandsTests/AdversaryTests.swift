import Commands
import Language
import Reports
import Testing

/// `meta-train … adversary=`: embeddings that stand small changes.
@Suite struct AdversaryTests: ToyScripts {
  @Test(arguments: [
    ("episodic-ridge adversary=0.1", "has no gradient"),
    ("maml adversary=0.1 privacy=gaussian epsilon=8 delta=1e-5", "twice from a user"),
    ("maml adversary=0.1 over=federated", "no client has"),
  ])
  func whereItMeansNothingTheCheckerSaysSo(options: String, message: String) {
    let text = "load data\nsplit tasks\nmeta-train \(options)\n"
    let found = Interpreter().check(Source(name: "t", text: text)).filter { $0.severity == .error }
    #expect(found.map(\.code) == ["E0306"], "\(found.map(\.message))")
    #expect(found.first?.message.contains(message) == true, "\(found.map(\.message))")
    #expect(found.first?.help == ["leave adversary= out"])
  }

  /// On every kind of network, the one whose embeddings are spread over a graph among them.
  @Test(arguments: ["mlp", "factor", "graph", "transformer"])
  func networksLearnBesideAnAdversary(network: String) {
    let line = "meta-train anil epochs=2 model=\(network) patience=0"
    let alone = number(run([line]).reports.last, "loss")
    let beside = number(run([line + " adversary=0.05"]).reports.last, "loss")
    #expect(alone.isFinite && beside.isFinite && alone != beside)
  }
}
