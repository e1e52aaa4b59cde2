import Language
import Reports

extension Plan {
  /// The plan as a table, with the files that the script reads and writes.
  package func report(reading: [String], writing: [String]) -> Report {
    var table = Table(
      "Plan",
      columns: [
        .init("line", .right), .init("step"), .init("runs", .right), .init("time", .right),
        .init("what"),
      ])
    for step in steps {
      table.rows.append([
        step.line > 0 ? .count(step.line) : .missing, .text(clipped(step.text, to: 48)),
        .count(step.runs), .text(duration(step.seconds)), .text(step.sizes),
      ])
    }
    let bounds = bounds
    var total = "About \(duration(seconds))"
    if bounds.upperBound > bounds.lowerBound * 1.2 {
      total +=
        " (\(duration(bounds.lowerBound)) to \(duration(bounds.upperBound)), by when training stops)"
    }
    total += " and \(Int((bytes / 1e6).rounded(.up))) MB of memory."
    var blocks: [Report.Block] = [.table(table), .text(total)]
    if untried > 0 {
      blocks.append(
        .note("of loops and sweeps with more rounds, \(Plan.mostRounds) were tried, spread evenly"))
    }
    if !reading.isEmpty { blocks.append(.text("Reads " + reading.joined(separator: ", ") + ".")) }
    if !writing.isEmpty { blocks.append(.text("Writes " + writing.joined(separator: ", ") + ".")) }
    return Report(
      blocks,
      result: Record([
        .init("seconds", .number(seconds)), .init("bytes", .number(bytes)),
        .init("steps", .number(Double(steps.reduce(0) { $0 + $1.runs }))),
      ]))
  }
}
