import FoundationEssentials
import Testing

/// The scripts in `scripts/` do not depend on who of two is faster.
@Suite struct ShellScriptTests {
  static let scripts =
    ((try? FileManager.default.contentsOfDirectory(atPath: SourceTree.root + "/scripts")) ?? [])
    .sorted()

  /// Under `pipefail` a program whose reader stops early is ended by SIGPIPE, and the pipe fails
  /// although the reader found what it looked for; whether it does depends on how fast the two are.
  @Test(arguments: scripts)
  func noPipeEndsInAReaderThatStopsEarly(name: String) throws {
    let text = try SourceTree.text("scripts/" + name)
    guard text.hasPrefix("#!/usr/bin/env bash") else { return }
    for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      let stopsEarly = line.contains(/\|\s*(grep\s+(-\w+\s+)*-\w*[qm]|head\b|sed\s.*\bq['\s;}])/)
      #expect(!stopsEarly, "scripts/\(name):\(number + 1): \(line)")
    }
  }
}
