import ArgumentParser
import Commands
import Glibc
import Language

/// `mrs promote FILE…`
struct PromoteCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "promote",
    abstract: "Accept the output that `mrs test` found to differ as the recorded one.")

  @OptionGroup var files: ScriptFiles
  @OptionGroup var options: OutputOptions

  func run() throws {
    let output = options.output()
    let status = try files.forEach(output) { source throws(CommandFailure) in
      guard let count = try Promotion.promote(source) else {
        output.write("\(source.name): nothing to accept\n", STDOUT_FILENO)
        return .success
      }
      output.write("\(source.name): \(count) lines recorded anew\n", STDOUT_FILENO)
      return .success
    }
    try status.leave()
  }
}

/// The file beside a script that holds it as it would be recorded now.
package enum Promotion {
  package static func path(of script: String) -> String { script + ".corrected" }

  /// Puts the corrected script in the place of the source; returns how many of its lines are new, nil
  /// when there is none.
  package static func promote(_ source: Source) throws(CommandFailure) -> Int? {
    let path = path(of: source.name)
    guard Files.kind(of: path) == .file else { return nil }
    let corrected = try Source(reading: path, host: TerminalHost())
    guard withoutRecords(corrected) == withoutRecords(source) else {
      throw CommandFailure(
        "E0505", "`\(source.name)` was changed since its output was found to differ",
        help: ["run `mrs test \(source.name)` again"])
    }
    let before = Set(source.text.split(separator: "\n"))
    let count = corrected.text.split(separator: "\n").count { !before.contains($0) }
    try Files.write(Array(corrected.text.utf8), to: source.name, named: source.name)
    unlink(path)
    return count
  }

  /// The lines of a script that are not recorded output or state.
  private static func withoutRecords(_ source: Source) -> [Substring] {
    source.text.split(separator: "\n", omittingEmptySubsequences: false).filter { line in
      let text = line.drop { $0 == " " || $0 == "\t" }
      return !text.hasPrefix("#>") && !text.hasPrefix("#@")
    }
  }
}
