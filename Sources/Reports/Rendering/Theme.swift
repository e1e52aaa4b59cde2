import Language

/// How the parts of a line look while it is typed: parameters of SGR sequences, the terminal's own
/// sixteen colours, which every theme keeps readable.
package enum Theme {
  package static func code(_ style: Highlight.Style) -> String {
    switch style {
    case .verb: "1;34"
    case .keyword: "1;35"
    case .member: "36"
    case .option: "34"
    case .number: "33"
    case .text: "32"
    case .variable: "35"
    case .comment, .output: "2"
    case .heading: "1"
    case .symbol, .word: ""
    case .unknown: "4;31"
    }
  }

  /// The codes by number; number 0 is the terminal's own look.
  package static var codes: [String] { [""] + Highlight.Style.allCases.map(code) }

  /// The number of a style in `codes`.
  package static func number(_ style: Highlight.Style) -> UInt8 {
    UInt8((Highlight.Style.allCases.firstIndex(of: style) ?? -1) + 1)
  }
}
