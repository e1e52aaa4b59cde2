import Commands
import Dispatch
import Kernels
import Language
import Reports
import Synchronization
import Testing

/// `set threads` is obeyed by whatever a command does, and runs at the same time have threads each.
@Suite struct ThreadTests {
  private static let start = "load data\nsplit tasks valid=20% test=70%\n"

  private func run(_ text: String, _ host: RecordingHost) -> [Float] {
    var interpreter = Interpreter()
    let result = interpreter.run(Source(text: text), host: host)
    #expect(result == .completed)
    return interpreter.session.model?.weights.all.array ?? []
  }

  /// Each computes on many threads where it may; the first ones load a table that is read in parts.
  @Test(arguments: [
    "load csv \"large.csv\"",
    start + "evaluate mae with=[bayes-mf]",
    start + "evaluate mae with=[hybrid]",
    start + "meta-train maml epochs=1\nadapt user 42\ntopk 5",
  ])
  func aCommandStartsNoMoreThreadsThanAreSet(script: String) {
    for (threads, expected) in [(1, 0), (2, 1), (3, 2)] {
      let host = RecordingHost(["large.csv": Self.large])
      let pool = ThreadPool()
      host.pool = pool
      _ = run("set threads=\(threads)\n" + script, host)
      #expect(pool.threadCount == expected, "\(script) on \(threads)")
    }
  }

  @Test func theSettingHoldsFromItsLineOn() {
    let host = RecordingHost()
    let pool = ThreadPool()
    host.pool = pool
    _ = run("set threads=1\n" + Self.start + "evaluate mae with=[bayes-mf]", host)
    #expect(pool.threadCount == 0)
    let later = "set threads=3\nevaluate mae with=[mf]\nset threads=1"
    _ = run("set threads=1\n" + Self.start + later, host)
    #expect(pool.threadCount == 2)
  }

  @Test func twoInterpretersAtOnceHaveThreadsEachAndTheSameBitsAsAlone() {
    let script = """
      set threads=2
      load data
      split tasks valid=20% test=70%
      model mlp hidden=8 embed=4
      meta-train maml steps=2 epochs=2
      """
    let alone = run(script, RecordingHost())
    let both = Mutex<[[Float]]>([])
    let group = DispatchGroup()
    for number in 0..<2 {
      DispatchQueue(label: "interpreter \(number)").async(group: group) {
        let host = RecordingHost()
        let pool = ThreadPool()
        host.pool = pool
        let weights = run(script, host)
        #expect(pool.threadCount == 1)
        both.withLock { $0.append(weights) }
      }
    }
    group.wait()
    #expect(!alone.isEmpty && both.withLock { $0 } == [alone, alone])
  }

  /// More than a megabyte, so that it is read in parts.
  private static let large: String = {
    var text = "user,item,rating\n"
    for row in 0..<120_000 { text += "\(row % 1000),\(row / 100),\(1 + row % 5)\n" }
    return text
  }()
}
