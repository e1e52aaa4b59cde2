import Language
import Reports

/// The statements that succeeded in a session, as a script that does them again.
package struct SaveSession: Saveable {
  var path = ""

  package init() {}

  package static let signature = Signature<Self>(
    "session", "The commands that succeeded, as a script that does them again.",
    [
      .positional(
        "file", \.path, "where to, with the ending `.mrs`", expects: "the name of a file",
        completion: .file(extensions: ["mrs"]), where: { !$0.isEmpty })
    ],
    examples: [Example("save session \"morning.mrs\"")])

  package func save(_ session: Session, host: any Host) throws -> Report {
    let script = session.script
    try host.write(Array(script.utf8), to: path)
    let count = session.log.replayed.count
    var blocks: [Report.Block] = [
      .text("Wrote \(count) \(count == 1 ? "statement" : "statements") to \(path).")
    ]
    if path.contains("/") {
      blocks.append(.note("Paths in a script are relative to the folder the script is in."))
    }
    return Report(
      blocks,
      result: Record([.init("file", .text(path)), .init("statements", .number(Double(count)))]))
  }
}

extension Session {
  /// The script that makes this session again: the version line, the seed, and what succeeded.
  package var script: String {
    let seed = log.seed ?? settings.seed
    let lines = ["mrs 1", "set seed=\(seed)", ""] + log.replayed.map(\.text)
    return lines.joined(separator: "\n") + "\n"
  }
}

extension SessionLog {
  /// The statements that make something; saving again what is being replayed would only overwrite it.
  package var replayed: [Entry] { entries.filter { $0.head != Save.name } }
}
