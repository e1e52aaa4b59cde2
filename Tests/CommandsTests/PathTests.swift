import CKernels
import Commands
import Datasets
import Kernels
import Language
import LibC
import MetaLearning
import Models
import Testing

/// The kernels that a host offers compute alone: with all others taken away everything still runs.
@Suite struct PathTests {
  @Test(arguments: KernelSet.available.indices)
  func whatTheHostOffersComputesAlone(path: Int) async {
    await #expect(processExitsWith: .success) { [path] in
      poison(allBut: path)
      for script in [everyLearner, everyLoss, everyNetwork, manyItems, clicks] {
        run(script, on: path)
      }
    }
  }

  @Test(arguments: KernelSet.available.indices)
  func whatWasTakenAwayEndsTheProcess(path: Int) async {
    await #expect(processExitsWith: .signal(SIGABRT)) { [path] in
      mrs_poison_kernels(Int32(path))
      run("load data\nsplit tasks\nmeta-train ridge epochs=1", on: path)
    }
  }
}

private func poison(allBut path: Int) {
  for other in KernelSet.available.indices where other != path { mrs_poison_kernels(Int32(other)) }
}

/// Runs a script that must come to its end.
private func run(_ script: String, on path: Int) {
  let host = RecordingHost(["many.csv": ratings])
  host.kernels = KernelSet.available[path]
  var interpreter = Interpreter()
  let result = interpreter.run(Source(name: "script", text: script), host: host)
  precondition(result == .completed, "\(result)")
}

private let start = """
  load data
  split tasks valid=20% test=70%
  model mlp hidden=8 embed=4

  """

/// Each algorithm, the baselines, and all that asks a model.
private var everyLearner: String {
  let trainings = metaLearners.members.names.filter { $0 != "distill" }.map {
    "meta-train \($0) epochs=1"
  }
  return start + trainings.joined(separator: "\n") + """

    meta-train maml steps=2 order=2 adapt=all epochs=1 outer=sgd lr=0.01 clip=1
    meta-train distill teacher=maml epochs=1
    evaluate mae ndcg with=[\(ofRatings.joined(separator: ", "))]
    meta-train maml steps=[1, 2] epochs=1
    meta-train ridge epochs=1 checkpoint="c"
    resume "c"
    evaluate mae seeds=2
    save model "m.safetensors"
    open model "m.safetensors"
    compare ridge maml hybrid
    adapt user 42
    topk 5
    explain user 42 item 50
    trace 42
    plot adaptation
    plot embedding
    """
}

/// All baselines of ratings but `friends`, which asks for more than these data hold.
private var ofRatings: [String] {
  baselines.types.filter { ($0.init() as? any Baseline)?.feedback.contains(.ratings) ?? false }
    .map { $0.name }.filter { $0 != "friends" }
}

/// Interactions, with every baseline of theirs.
private let clicks = """
  load data
  binarize keep=likes
  split tasks support=5 query=rest min=10 valid=20% test=70%
  model mlp hidden=8 embed=4
  meta-train maml epochs=1 loss=softmax sampling=popularity
  evaluate
  topk 3 for=test
  """

private var everyLoss: String {
  losses.members.names.reduce(start) { script, loss in
    script + """
      meta-train maml loss=\(loss) epochs=1
      meta-train anil loss=\(loss) epochs=1 outer=adam
      evaluate ndcg
      adapt user 42
      topk 5

      """
  } + """
    meta-train matching loss=bce epochs=1
    meta-train ridge loss=bce epochs=1
    evaluate mae
    """
}

private var everyNetwork: String {
  networks.members.names.reduce(start) { script, network in
    script + "meta-train fomaml model=\(network) epochs=1\nevaluate mae\n"
  }
}

/// So many items that they are ranked by codes.
private let manyItems = """
  load csv "many.csv"
  split tasks by=user query=5 min=10
  model mlp hidden=8 embed=4 wide=no
  meta-train anil epochs=1
  adapt user 1
  topk 10
  """

private var ratings: String {
  (0..<5000).reduce("user,item,rating\n") { text, row in
    text + "\(row / 250),\(row),\(row * row % 5 + 1)\n"
  }
}
