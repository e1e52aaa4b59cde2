import FoundationEssentials
import Kernels
import LibC
import Shell

let usage = """
  usage: benchmark session MRS [FOLDER] [--kernels NAME]
         benchmark inputs FOLDER
         benchmark clicks FOLDER THREADS BASELINE…
         benchmark timeline INPUTS WORKLOAD [THREADS] [--steps K] [--svg FILE]
         benchmark secure THREADS CLIENTS…
         benchmark INPUTS [WORKLOAD] [THREADS] [--kernels NAME] [--steps K] [--seconds S] [--json] [--first]
                   [--grow STEPS] [--tasks N]

  session   what a user waits for
  clicks    times baselines of clicks, such as "als factors=64", on the pairs in FOLDER (users.bin, items.bin)
  timeline  what each thread does in a meta-step, and what it reads that others wrote, also as a picture
  secure    times the secure aggregation of a round of so many clients, who send 10,000 weights each
  inputs    writes inputs of the peers' shapes, drawn from a seed
  INPUTS    meta-steps a second on the peers' workloads (w1 w2 anil fomaml reptile w4), with the loss that
            every program must agree on; w4 is the time to adapt one user and rank 100,000 items
  --kernels which loops of this machine compute: \(KernelSet.available.map(\.name).joined(separator: ", "))
  --seconds how long a workload is timed, 2 if not given
  --json    one object a line
  --first   takes one meta-step and ends
  --grow    prints the memory in use before and after so many meta-steps
  --tasks   how many of the 32 tasks of a batch a meta-step learns from, 8 or more
  """

func failed() -> Never {
  print(usage)
  exit(64)
}

var words = Array(CommandLine.arguments.dropFirst())

/// Takes an option with its value out of the words.
@MainActor func option<T>(_ name: String, _ reading: (String) -> T?) -> T? {
  guard let at = words.firstIndex(of: name) else { return nil }
  guard at + 1 < words.count, let value = reading(words[at + 1]) else { failed() }
  words.removeSubrange(at...at + 1)
  return value
}

@MainActor func flag(_ name: String) -> Bool {
  guard let at = words.firstIndex(of: name) else { return false }
  words.remove(at: at)
  return true
}

let kernels = option("--kernels", { KernelSet(named: $0) }) ?? Terminal.kernels
if words.count > 1, words[0] == "session" {
  var times = SessionTimes(kernels)
  try times.run(program: words[1], folder: words.dropFirst(2).first)
  exit(0)
}
if words.count > 3, words[0] == "clicks", let threads = Int(words[2]) {
  try ThreadPool().whileUsed(atMost: threads) {
    let clicks = try Clicks(Inputs(folder: words[1]), threads: threads, kernels: kernels)
    for baseline in words.dropFirst(3) { print(try clicks.line(for: baseline)) }
  }
  exit(0)
}
if words.count > 2, words[0] == "secure", let threads = Int(words[1]) {
  ThreadPool().whileUsed(atMost: threads) {
    for clients in words.dropFirst(2).compactMap({ Int($0) }) where clients > 1 {
      print(SecureSums(threads: threads).line(clients: clients))
    }
  }
  exit(0)
}
if words.count == 2, words[0] == "inputs" {
  try GeneratedInputs(to: words[1]).write()
  exit(0)
}
let only = option("--steps") { Int($0) }
let picture = option("--svg") { $0 }
if words.count > 2, words[0] == "timeline" {
  let threads = words.count > 3 ? Int(words[3]) ?? 2 : 2
  let workload = try Workload(
    words[2], Inputs(folder: words[1]), steps: only ?? 5, kernels: kernels)
  let report = ThreadPool().whileUsed {
    TimelineReport(
      "\(words[2]) K=\(only ?? 5) \(threads)T", WorkloadRun(workload, threads: threads))
  }
  print(report.text)
  if let picture { try Data(report.svg.utf8).write(to: URL(filePath: picture)) }
  exit(0)
}
let grow = option("--grow") { Int($0) }
let length = option("--seconds") { Double($0) } ?? 2
let tasks = option("--tasks") { Int($0).map { min(32, max(8, $0)) } } ?? 32
let (asJSON, isFirst) = (flag("--json"), flag("--first"))
guard let folder = words.first else { failed() }
let inputs = Inputs(folder: folder)
let chosen = words.count > 1 ? [words[1]] : Workload.names + ["w4"]
let threads = words.count > 2 ? Int(words[2]) ?? 2 : 2

try ThreadPool().whileUsed {
  for name in chosen {
    if name == "w4" {
      guard var ranking = try Ranking(inputs, steps: only ?? 5, threads: threads, kernels: kernels)
      else { failed() }
      print(ranking.measured().text(asJSON: asJSON))
      continue
    }
    for steps in only.map({ [$0] }) ?? [1, 5] {
      let run = WorkloadRun(
        try Workload(name, inputs, steps: steps, kernels: kernels), threads: threads,
        tasks: tasks)
      if isFirst {
        run.take()
      } else if let grow {
        print(run.growth(over: grow))
      } else {
        print(run.measured(name, steps: steps, seconds: length).text(asJSON: asJSON))
      }
    }
  }
}
