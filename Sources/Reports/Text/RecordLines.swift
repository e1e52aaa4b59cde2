import Language

/// What a report looks like in a script that records it: each paragraph on one line, since where they
/// break would depend on the lengths of the words in them.
package func recordLines(_ report: Report) -> [String] {
  var renderer = PlainRenderer()
  renderer.page.width = 100_000
  var lines = renderer.text(report).split(separator: "\n", omittingEmptySubsequences: false)
    .map(String.init)
  if lines.last == "" { lines.removeLast() }
  return lines
}

/// The text with lengths of time, which no two runs share, replaced by their sign, but not an option
/// behind a number, as in `query=10 min=13`; a length that goes over
/// the end of a line leaves that where it was. Shares of a time are no more alike.
package func withoutTimes(_ text: String) -> String {
  let time = #/(?:\d+ h )?(?:\d+ min )?\b\d+(?:\.\d+)?(\s+)(?:ms|s|min|h)\b(?!=)/#
  return text.replacing(time) { $0.1.contains("\n") ? "<time>\n" : "<time>" }
    .replacing(#/\b\d+(?:\.\d+)? % of the time\b/#, with: "<share> of the time")
}

extension Report {
  /// The same without lengths of time, for documents that are to be the same each time.
  package var timeless: Report {
    var report = self
    report.blocks = blocks.map { block in
      LineText.changed(block) { withoutTimes($0).replacing(" in <time>", with: "") }
    }
    return report
  }
}
