import ArgumentParser
import Commands
import Language
import LibC

/// `mrs promote FILE…`
struct PromoteCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "promote",
    abstract: "Accept the output that `mrs test` found to differ as the recorded one.")

  @OptionGroup var files: ScriptFiles

  @Flag(
    name: [.short, .long],
    help: "Show each output that differs and ask whether to accept it: y, n, a for all, q to stop.")
  var interactive = false

  @OptionGroup var sandbox: SandboxOptions
  @OptionGroup var options: OutputOptions

  func run() throws {
    let output = options.output()
    var answers = Answers(output: output)
    let status = files.forEach(output, host: sandbox.keeper) { source throws(CommandFailure) in
      let host = sandbox.keeper(of: source.name)
      let count = try Promotion.promote(source, host: host) { change in
        interactive ? answers.accepts(change, in: source) : true
      }
      let (accepted, left) = count ?? (0, 0)
      var text = "\(source.name): \(counted(accepted, "output")) recorded anew"
      if left > 0 { text += ", \(left) left as \(left == 1 ? "it was" : "they were")" }
      if count == nil { text = "\(source.name): nothing to accept" }
      output.write(text + "\n", STDOUT_FILENO)
      return .success
    }
    try status.leave()
  }
}

/// What the user answers to one change after the other.
private struct Answers {
  let output: Output
  /// The answer to all that follow, once it was given.
  private var all: Bool?

  init(output: Output) { self.output = output }

  mutating func accepts(_ change: Promotion.Change, in source: Source) -> Bool {
    if let all { return all }
    let line = source.line(of: change.statements.lower)
    var text =
      "\(source.name):\(line): \(source.slice(change.statements).prefix { !$0.isNewline })\n"
    for line in change.old { text += "  - \(line)\n" }
    for line in change.new { text += "  + \(line)\n" }
    output.write(text, STDOUT_FILENO)
    while true {
      output.write("accept? [y/n/a/q] ", STDOUT_FILENO)
      switch readLine()?.first?.lowercased() {
      case "y": return true
      case "n": return false
      case "a": all = true
      case "q", nil: all = false
      default: continue
      }
      return all ?? false
    }
  }
}

/// The file beside a script that holds it as it would be recorded now.
package enum Promotion {
  package static func path(of script: String) -> String { script + ".corrected" }

  /// A recorded output that is another one now.
  package struct Change {
    /// The statements it is the output of.
    package var statements: SourceRange
    package var old: [String]
    package var new: [String]
  }

  /// Puts what is accepted of the corrected script in the place of what the source has; returns how many
  /// outputs are new and how many were left, nil when there is no corrected script.
  package static func promote(
    _ source: Source, host: TerminalHost = TerminalHost(), accepts: (Change) -> Bool = { _ in true }
  ) throws(CommandFailure) -> (accepted: Int, left: Int)? {
    let path = path(of: source.name)
    guard host.kind(of: path) == .file else { return nil }
    let corrected = try Source(reading: path, host: host)
    let (old, new) = (recordings(in: source), recordings(in: corrected))
    guard withoutRecords(corrected) == withoutRecords(source), old.count == new.count else {
      throw CommandFailure(
        "E0505", "`\(source.name)` was changed since its output was found to differ",
        help: ["run `mrs test \(source.name)` again"])
    }
    var text = ""
    var end = 0
    var counts = (accepted: 0, left: 0)
    for (before, after) in zip(old, new) {
      let (own, other) = (source.slice(before.range), corrected.slice(after.range))
      guard own != other else { continue }
      let change = Change(statements: before.statements, old: lines(own), new: lines(other))
      guard accepts(change) else {
        counts.left += 1
        continue
      }
      counts.accepted += 1
      text += source.slice(SourceRange(end, before.range.lower))
      if let last = text.utf8.last, last != UInt8(ascii: "\n") {
        text += source.end(ofLine: 1).isEmpty ? "\n" : source.end(ofLine: 1)
      }
      text += other
      end = before.range.upper
    }
    text += source.slice(SourceRange(end, source.text.utf8.count))
    try host.replace(source, with: text)
    if counts.left == 0 { unlink(path) }
    return counts
  }

  private static func lines(_ text: String) -> [String] {
    text.split { $0.isNewline }.map(String.init)
  }

  /// The lines of a script that are not recorded output or state, without their ends.
  private static func withoutRecords(_ source: Source) -> [String] {
    var lines = source.lines
    // Behind the end of the last line nothing stands, whether it is there or not.
    if lines.last == "" { lines.removeLast() }
    return lines.filter { line in
      let text = line.drop { $0 == " " || $0 == "\t" }
      return !text.hasPrefix("#>") && !text.hasPrefix("#@")
    }
  }
}
