import Commands
import Language
import Reports

/// Runs of a script with other draws of chance, and one with the same.
struct Draws {
  /// What each run printed, the plain one first.
  private(set) var outputs: [[[String]]]
  /// Where a second run with the same seed, on one thread, came to something else.
  private(set) var nondeterminism: String?
  private(set) var remarks: [String] = []

  init(
    _ source: Source, places: [Recording], host: any Host, plain: WatchedRun,
    options: ReplayOptions
  ) {
    outputs = [plain.outputs]
    let again = WatchedRun(source, places: places, host: host, variation: RunVariation(threads: 1))
    nondeterminism = Draws.difference(source, places, plain, again)
    guard nondeterminism == nil else { return }
    var held: [SourceRange: Int] = [:]
    var reached: [SourceRange: Int] = [:]
    for draw in 1..<max(2, options.draws) {
      let run = WatchedRun(
        source, places: places, host: host,
        variation: RunVariation(draw: draw, passesOverExpectations: true, threads: options.threads))
      guard run.result == .completed else {
        remarks.append("draw \(draw + 1) does not run to its end")
        continue
      }
      outputs.append(run.outputs)
      for met in run.expectations {
        reached[met.range, default: 0] += 1
        if met.fault == nil { held[met.range, default: 0] += 1 }
      }
    }
    for (range, count) in reached.sorted(by: {
      ($0.key.lower, $0.key.upper) < ($1.key.lower, $1.key.upper)
    })
    where held[range, default: 0] < count {
      let line = source.line(of: range.lower)
      remarks.append(
        "line \(line): the expectation holds for \(grouped(held[range, default: 0])) of \(counted(count, "other draw"))"
      )
    }
  }

  /// What two runs with one seed have not in common, however small.
  private static func difference(
    _ source: Source, _ places: [Recording], _ plain: WatchedRun, _ again: WatchedRun
  ) -> String? {
    for (index, place) in places.enumerated() {
      let line = source.line(of: place.statements.lower)
      let what = "\(source.name):\(line): the same seed gives other"
      if let a = plain.states[index], let b = again.states[index],
        let part = a.firstDifference(from: b)
      {
        return "\(what) \(part) on one thread: `\(source.slice(place.statements))`\n"
      }
      let (a, b) = (plain.outputs[index].map(withoutTimes), again.outputs[index].map(withoutTimes))
      if let row = zip(a, b).first(where: { $0.0 != $0.1 }) {
        return "\(what) output on one thread:\n  once   \(row.0)\n  again  \(row.1)\n"
      }
      if a.count != b.count {
        return "\(what) output: \(counted(a.count, "line")), then \(b.count)\n"
      }
    }
    return plain.result == again.result
      ? nil : "\(source.name): the same seed ends in another way the second time\n"
  }
}

/// Expectations that hold on data from which nothing can be learned, too: they prove nothing.
func toothless(
  _ source: Source, places: [Recording], host: any Host, options: ReplayOptions
) -> [String] {
  var remarks: [String] = []
  var told: Set<SourceRange> = []
  let worlds: [(RunVariation, String)] = [
    (RunVariation(distortion: .chance, passesOverExpectations: true), "a random recommender"),
    (
      RunVariation(distortion: .popularity, passesOverExpectations: true),
      "a recommender that knows only how much items are liked"
    ),
  ]
  for (variation, who) in worlds {
    var variation = variation
    variation.threads = options.threads
    let run = WatchedRun(source, places: places, host: host, variation: variation)
    if run.result != .completed { remarks.append("not tried to its end: \(who)") }
    for range in source.expectations where !told.contains(range) {
      let met = run.expectations.filter { $0.range == range }
      guard !met.isEmpty, met.allSatisfy({ $0.fault == nil }) else { continue }
      told.insert(range)
      let text = source.slice(range).prefix { !$0.isNewline }
      remarks.append("line \(source.line(of: range.lower)) would hold for \(who): `\(text)`")
    }
  }
  return remarks
}
