import Commands
import Kernels
import Language
import LibC
import Reports
import Shell

/// How long a user waits for the program to start and for each line of a session.
struct SessionTimes {
  /// Lines that are timed together, in the session that the earlier ones have left.
  struct Wait {
    var title: String
    var lines: String
    var runs: Int
    /// What it may take, in milliseconds.
    var limit: Double?
  }

  private let host: TerminalHost
  private var interpreter = Interpreter()

  init(_ kernels: KernelSet) { host = TerminalHost(kernels: kernels) }

  /// The waits on a folder with MovieLens 100K, or on the built-in sample.
  static func waits(on folder: String?) -> [Wait] {
    let load = folder.map { "load movielens \"\($0)\"" } ?? "load data"
    let split = "split tasks by=user support=rest query=10 min=13 max=100"
    return [
      Wait(title: "load and index", lines: load, runs: 9, limit: 150),
      Wait(title: "split", lines: split, runs: 9),
      Wait(
        title: "meta-train, one epoch, second order",
        lines: "set threads=2\nmeta-train maml steps=5 epochs=1", runs: 5, limit: 2000),
      Wait(title: "adapt and topk", lines: "adapt user 42\ntopk 10", runs: 21, limit: 5),
      Wait(title: "evaluate beside the baselines", lines: "evaluate", runs: 5),
    ]
  }

  /// Times everything and prints one row each, medians with their range.
  mutating func run(program: String, folder: String?) throws {
    var table = Table(
      folder == nil ? "On the built-in sample" : "On MovieLens 100K",
      columns: [
        .init("wait"), .init("median", .right, unit: "ms"), .init("least", .right, unit: "ms"),
        .init("most", .right, unit: "ms"), .init("limit", .right, unit: "ms"),
      ])
    let start = try Self.times(of: program, ["run", "/dev/null"], runs: 21)
    table.rows.append(Self.row("start of an empty script", start, limit: 20))
    let script = "/tmp/mrs-benchmark-\(getpid()).mrs"
    try host.write(Array(Self.tenThousandLines.utf8), to: script)
    defer { unlink(script) }
    let check = try Self.times(of: program, ["check", "--quiet", script], runs: 11)
    table.rows.append(Self.row("check of 10,000 different lines", check, limit: 100))
    for wait in Self.waits(on: folder) {
      table.rows.append(Self.row(wait.title, try times(of: wait), limit: wait.limit))
    }
    print(PlainRenderer().text(Report([.table(table)])), terminator: "")
  }

  private mutating func times(of wait: Wait) throws -> [Double] {
    let source = Source(name: wait.title, text: wait.lines)
    var after = interpreter
    let times = try (0..<wait.runs).map { _ in
      after = interpreter
      let start = host.now()
      let result = after.run(source, host: host)
      guard result == .completed else { throw Unfinished(what: "\(wait.title): \(result)") }
      return (host.now() - start) * 1000
    }
    interpreter = after
    return times
  }

  /// A thousand times the ten lines of an experiment, each time with other numbers and names.
  private static var tenThousandLines: String {
    var text = "mrs 1\nset seed=7\n"
    for n in 0..<1000 {
      text += """
        load data
        split tasks by=user query=\(5 + n % 20) min=\(40 + n)
        meta-train maml steps=\(1 + n % 7) lr=0.0\(n + 1)
        adapt user \(n)
        topk \(n + 1)
        let r\(n) = evaluate ndcg@\(1 + n) mrr@\(1 + n % 30) mae
        expect $r\(n).ndcg@\(1 + n) >= 0.\(n)
        for k in [\(n + 1), \(n + 2)] { topk $k }
        # number \(n)
        if $r\(n).mae > 0.5 { adapt \(n + 1) }

        """
    }
    return text
  }

  /// From the start of the process to its end.
  private static func times(
    of program: String, _ options: [String], runs: Int
  ) throws -> [Double] {
    let host = TerminalHost()
    let words = [program] + options
    let arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    return try (0..<runs).map { _ in
      let start = host.now()
      var process = pid_t()
      var status: Int32 = 0
      guard posix_spawn(&process, program, nil, nil, arguments, environ) == 0,
        waitpid(process, &status, 0) == process, status == 0
      else { throw Unfinished(what: words.joined(separator: " ")) }
      return (host.now() - start) * 1000
    }
  }

  private static func row(_ title: String, _ times: [Double], limit: Double?) -> [Table.Cell] {
    let sorted = times.sorted()
    return [
      .text(title), .number(sorted[sorted.count / 2], digits: 1), .number(sorted[0], digits: 1),
      .number(sorted[sorted.count - 1], digits: 1), limit.map { .count(Int($0)) } ?? .missing,
    ]
  }
}

/// Something to be timed did not come to its end.
struct Unfinished: Error {
  var what: String
}
