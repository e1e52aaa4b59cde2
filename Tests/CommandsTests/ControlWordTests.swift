import Commands
import Kernels
import Language
import Reports
import Testing

/// Whatever a host has set of rounding and subnormal numbers, results are the same, and it finds it as it
/// was.
@Suite struct ControlWordTests {
  @Test func aHostWithAnotherRoundingChangesNothing() async {
    await #expect(processExitsWith: .success) {
      let plain = outputs()
      let own = Arithmetic.controlWord
      defer { Arithmetic.controlWord = own }
      Arithmetic.controlWord = strange
      let before = settings
      let subnormal = Float(bitPattern: UInt32(CommandLine.arguments.count))
      precondition(subnormal * 1e30 == 0, "nothing was set")
      let others = outputs()
      precondition(settings == before, "the host's word is another: \(settings), not \(before)")
      Arithmetic.controlWord = own
      precondition(others == plain, "results differ")
    }
  }
}

/// Rounds up, flushes subnormal results and reads subnormal operands as zeros.
private var strange: UInt64 {
  #if arch(x86_64)
    0x1F80 | 0x8000 | 0x4000 | 0x40
  #else
    1 << 24 | 1 << 22
  #endif
}

/// The word without the marks of what has happened since.
private var settings: UInt64 {
  #if arch(x86_64)
    Arithmetic.controlWord & ~0x3F
  #else
    Arithmetic.controlWord
  #endif
}

/// What a script on two threads says, and the files it writes.
private func outputs() -> [String] {
  let host = RecordingHost()
  var interpreter = Interpreter()
  var texts: [String] = []
  let result = interpreter.run(Source(name: "script", text: script), host: host) { outcome in
    if let report = outcome.report { texts.append(PlainRenderer().text(report)) }
  }
  precondition(result == .completed, "\(result)")
  return texts + host.files.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
}

private let script = """
  set threads=2
  let third = 1 / 3
  show $third
  load data
  split tasks valid=20% test=70%
  model mlp hidden=8 embed=4
  meta-train maml loss=bce steps=2 epochs=2 checkpoint="c"
  evaluate mae ndcg with=[hybrid, bayes-mf]
  meta-train ridge epochs=1
  save model "m"
  adapt user 42
  topk 5
  """
