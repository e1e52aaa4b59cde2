import Language
import Reports

/// The statements that succeeded in a session, as a script that does them again.
package struct SaveSession: Saveable {
  var path = ""
  var target: String?

  package init() {}

  package static let signature = Signature<Self>(
    "session", "The commands that succeeded, as a script that does them again.",
    details: """
      Seed, outputs and states are recorded in it, so that `mrs test` tells whether it still comes to the \
      same. With `for` it holds only what one result depends on.
      """,
    [
      .positional(
        "file", \.path, "where to, with the ending `.mrs`", expects: "the name of a file",
        completion: .file(extensions: ["mrs"]), where: { !$0.isEmpty }),
      .option(
        "for", \.target,
        "only what this depends on: a cell such as Out[17] or 17, or a name bound by `let`",
        expects: "a cell such as Out[17], or a name that `let` has bound"),
    ],
    examples: [Example("save session \"morning.mrs\"")])

  package func save(_ session: Session, input: Report?, host: any Host) throws -> Report {
    let log = session.log
    let indices = try target.map { log.slice(for: try log.index(of: $0)) } ?? log.replayed
    try host.write(Array(session.script(of: indices).utf8), to: path)
    let count = indices.count
    var blocks: [Report.Block] = [
      .text("Wrote \(counted(count, "statement")) to \(path).")
    ]
    if target != nil {
      blocks.append(.note("Left out \(log.entries.count - count) that it does not depend on."))
    }
    if session.data != nil, !log.entries.contains(where: { $0.access.writes.contains(.data) }) {
      blocks.append(
        .warning(
          "The data were given by the program that embeds mrs: the script does not load them."))
    }
    if path.contains("/") {
      blocks.append(.note("Paths in a script are relative to the folder the script is in."))
    }
    return Report(
      blocks,
      result: Record([.init("file", .text(path)), .init("statements", .number(Double(count)))]))
  }
}

extension Session {
  /// The script that makes this session again.
  package var script: String { script(of: log.replayed) }

  /// The version line, the seed, and statements of the log with what they said and came to.
  func script(of indices: [Int]) -> String {
    let seed = log.seed ?? settings.seed
    var lines = ["mrs 1", "set seed=\(seed)", ""]
    let states = states(of: indices)
    for index in indices {
      let entry = log.entries[index]
      lines.append(entry.text)
      for line in entry.output { lines.append(line.isEmpty ? "#>" : "#> " + line) }
      if let state = states[index] { lines.append("#@ " + state) }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// For the statements that made parts of what the session holds now, the fingerprints of those.
  private func states(of indices: [Int]) -> [Int: String] {
    var states: [Int: String] = [:]
    let slots: [String: Slot] = [
      "data": .data, "split": .tasks, "weights": .currentModel, "adapted": .currentAdapted,
    ]
    for (part, digest) in StateFingerprint(self).parts {
      guard let slot = slots[part],
        let maker = log.entries.lastIndex(where: { $0.access.writes.contains(slot) }),
        indices.contains(maker)
      else { continue }
      states[maker] = (states[maker].map { $0 + " " } ?? "") + "\(part)=\(digest)"
    }
    return states
  }
}

extension SessionLog {
  /// The statements that make something; saving again what is being replayed would only overwrite it.
  var replayed: [Int] { entries.indices.filter { entries[$0].head != Save.name } }

  /// The statement whose result is meant: that of a cell, or the last that bound a name.
  fileprivate func index(of target: String) throws(CommandFailure) -> Int {
    let isCell = target.hasPrefix("Out[") && target.hasSuffix("]")
    let name = String(
      isCell ? target.dropFirst(4).dropLast() : target.drop { $0 == "$" || $0 == "_" })
    if let cell = Int(name) {
      let own = entries.indices.filter { entries[$0].cell == cell }
      if let last = own.last(where: { !entries[$0].output.isEmpty }) ?? own.last { return last }
      throw CommandFailure(
        "E0802", "cell \(cell) left nothing behind", help: ["`history` shows the cells"],
        argument: target)
    }
    if let last = entries.lastIndex(where: { $0.access.writes.contains(.variable(name)) }) {
      return last
    }
    let known = Set(entries.flatMap(\.access.writes)).compactMap { slot -> String? in
      if case .variable(let name) = slot { name } else { nil }
    }.sorted()
    throw CommandFailure(
      "E0207", "nothing is called `\(name)` here",
      help: ["`for` needs a cell such as Out[17], or a name that `let` has bound"],
      suggestions: suggestions(for: name, among: known), argument: target)
  }
}
