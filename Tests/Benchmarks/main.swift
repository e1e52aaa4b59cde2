import Glibc
import Kernels
import MetaLearning

/// `benchmark session MRS [FOLDER]`: what a user waits for.
///
/// `benchmark INPUTS [workload] [threads]`: meta-steps a second on the peers' workloads, with the
/// loss that every program must agree on.
let arguments = CommandLine.arguments
if arguments.count > 2, arguments[1] == "session" {
  var times = SessionTimes()
  try times.run(program: arguments[2], folder: arguments.dropFirst(3).first)
  exit(0)
}
guard arguments.count > 1 else {
  print("usage: benchmark INPUTS [w1|w2|anil|fomaml|reptile] [threads]")
  exit(64)
}
let inputs = Inputs(folder: arguments[1])
let only = arguments.count > 2 ? arguments[2] : ""
let threads = arguments.count > 3 ? Int(arguments[3]) ?? 2 : 2

func learner(_ name: String, steps: Int) -> any MetaLearner {
  switch name {
  case "anil":
    var anil = ANIL()
    anil.steps = steps
    anil.innerRate = 0.01
    return anil
  case "fomaml":
    var fomaml = FirstOrderMAML()
    fomaml.steps = steps
    fomaml.innerRate = 0.01
    fomaml.scope = .all
    return fomaml
  case "reptile":
    var reptile = Reptile()
    reptile.steps = steps
    reptile.innerRate = 0.01
    return reptile
  default:
    var maml = MAML()
    maml.steps = steps
    maml.innerRate = 0.01
    maml.scope = name == "w2" ? .decision : .all
    return maml
  }
}

for name in ["w1", "anil", "fomaml", "reptile", "w2"] where only.isEmpty || only == name {
  for steps in [1, 5] {
    let learner = learner(name, steps: steps)
    let workload =
      name == "w2"
      ? try Workload.embeddings(inputs, learner: learner)
      : try Workload.vectors(inputs, learner: learner)
    let run = WorkloadRun(workload, threads: threads)
    for _ in 0..<20 { run.take() }
    let check = run.check()
    var rates: [Double] = []
    for _ in 0..<5 {
      let start = seconds()
      var count = 0
      while seconds() - start < 0.4 {
        run.take()
        count += 1
      }
      rates.append(Double(count) / (seconds() - start))
    }
    rates.sort()
    print(
      "\(name) K=\(steps) \(threads)T: \(rates[2]) [\(rates[0])..\(rates[4])] steps/s, check \(check)"
    )
  }
}
