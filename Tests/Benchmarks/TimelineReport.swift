import FoundationEssentials
import Kernels
import MetaLearning

/// What each thread does in a meta-step, in microseconds, and what it reads that another thread wrote.
struct TimelineReport {
  private typealias Step = [Timeline.Piece]

  private let name: String
  private let steps: [Step]
  /// The weights that are no table's, their moments and what a batch is summed in: of tables only touched rows are read.
  private let denseCount: Int
  private let moments: Int

  /// - Parameter count: how many meta-steps are noted, after as many to warm up.
  init(_ name: String, _ run: WorkloadRun, steps count: Int = 101) {
    self.name = name
    let problem = run.workload.problem
    denseCount = problem.layout.count - problem.lookupCount
    moments = run.workload.outer.optimizer.memoryPerWeight
    for _ in 0..<count { run.take() }
    let timeline = Timeline()
    steps = Timeline.$current.withValue(timeline) {
      (0..<count).map { _ in
        run.take()
        return timeline.taken()
      }
    }
  }

  private static func length(_ step: Step) -> Double {
    (step.map(\.end).max() ?? 0) - (step.map(\.start).min() ?? 0)
  }

  /// The threads of all steps, the one that did most first.
  private var threads: [Int] {
    let busy = Dictionary(grouping: steps.joined(), by: \.thread).mapValues { pieces in
      pieces.reduce(0) { $0 + $1.end - $1.start }
    }
    return busy.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map(\.key)
  }

  private static let phases = ["learn", "move"]

  /// The step of median length.
  private var middle: Int {
    steps.indices.sorted { Self.length(steps[$0]) < Self.length(steps[$1]) }[steps.count / 2]
  }

  private func median(_ numbers: [Double]) -> Double { Measurement.Spread(numbers).median }

  // MARK: Text

  private static let columns = 72

  var text: String {
    let step = steps[middle]
    let start = step.map(\.start).min() ?? 0
    let scale = Double(Self.columns) / Swift.max(1, Self.length(step))
    var lines = ["\(name): a meta-step of median length, \(rounded(Self.length(step))) µs"]
    for (place, thread) in threads.enumerated() {
      var cells = [Character](repeating: "·", count: Self.columns)
      for piece in step where piece.thread == thread {
        let from = Int((piece.start - start) * scale)
        let to = Swift.max(from + 1, Int((piece.end - start) * scale))
        for cell in from..<Swift.min(to, Self.columns) {
          cells[cell] = piece.phase == "learn" ? "L" : "M"
        }
      }
      lines.append("thread \(place + 1) |" + String(cells) + "|")
    }
    lines += [
      "L learns from tasks, M adds up gradients and moves weights, · waits", "",
      "medians of \(steps.count) meta-steps, µs: \(rounded(median(steps.map(Self.length)))) in all",
    ]
    for (place, thread) in threads.enumerated() {
      let own = steps.map { $0.filter { $0.thread == thread } }
      let parts = Self.phases.map { phase in
        let times = own.map { $0.filter { $0.phase == phase }.reduce(0) { $0 + $1.end - $1.start } }
        let pieces = own.map { step in Double(step.count { $0.phase == phase }) }
        return "\(phase) \(rounded(median(times))) in \(Int(median(pieces))) pieces"
      }
      let waits = zip(steps, own).map { step, own in
        Self.length(step) - own.reduce(0) { $0 + $1.end - $1.start }
      }
      lines.append(
        "thread \(place + 1)  " + parts.joined(separator: ", ")
          + ", neither \(rounded(median(waits)))")
      lines.append("          reads of what others wrote: \(foreign(thread))")
    }
    return lines.joined(separator: "\n")
  }

  private func rounded(_ number: Double) -> String { "\(Int(number.rounded()))" }

  /// Kilobytes that a thread reads which another thread wrote last, of weights that are no table's: weights when it
  /// learns, each once a step, and sums of others' gradients, moments and weights of the parts that it moves.
  private func foreign(_ thread: Int) -> String {
    var (learning, moving): ([Double], [Double]) = ([], [])
    for (before, step) in zip(steps, steps.dropFirst()) {
      var movers: [Int: Int] = [:]
      for piece in before where piece.phase == "move" { movers[piece.number] = piece.thread }
      let part = 4 * Double(denseCount) / Double(Swift.max(1, movers.count)) / 1024
      let learns = step.contains { $0.thread == thread && $0.phase == "learn" }
      learning.append(learns ? part * Double(movers.values.count { $0 != thread }) : 0)
      let sums = step.count { $0.phase == "learn" && $0.thread != thread }
      moving.append(
        step.filter { $0.thread == thread && $0.phase == "move" }.reduce(0) { sum, piece in
          sum + part * Double(sums + (movers[piece.number] == thread ? 0 : 1 + moments))
        })
    }
    return
      "\(rounded(median(learning))) KiB of weights to learn, \(rounded(median(moving))) KiB to move"
  }

  // MARK: Picture

  /// The same step as a picture.
  var svg: String {
    let step = steps[middle]
    let start = step.map(\.start).min() ?? 0
    let length = Swift.max(1, Self.length(step))
    let (left, width, row) = (80.0, 820.0, 34.0)
    let height = 70 + row * Double(threads.count)
    var svg = """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 920 \(Int(height))" font-family="sans-serif" font-size="12">
      <rect width="920" height="\(Int(height))" fill="#fff"/>
      <text x="10" y="18">\(name): what each thread does in a meta-step of \(rounded(length)) µs \
      (blue learns from tasks, orange adds up and moves)</text>

      """
    for (place, thread) in threads.enumerated() {
      let y = 30 + row * Double(place)
      svg += "<text x=\"10\" y=\"\(y + 18)\">thread \(place + 1)</text>\n"
      for piece in step where piece.thread == thread {
        let x = left + (piece.start - start) / length * width
        let size = Swift.max(0.5, (piece.end - piece.start) / length * width - 0.5)
        let colour = piece.phase == "learn" ? "#0072b2" : "#e69f00"
        svg += """
          <rect x="\(x)" y="\(y)" width="\(size)" height="26" fill="\(colour)">\
          <title>\(piece.phase) \(piece.number): \(rounded(piece.start - start)) to \(rounded(piece.end - start)) µs</title>\
          </rect>

          """
      }
    }
    for tick in 0...4 {
      let x = left + width * Double(tick) / 4
      svg +=
        "<text x=\"\(x)\" y=\"\(height - 12)\" text-anchor=\"middle\">\(rounded(length * Double(tick) / 4))</text>\n"
    }
    return svg + "</svg>\n"
  }
}
