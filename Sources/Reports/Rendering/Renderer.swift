import Language

/// Where a text will be read: how wide it may be and whether colours show.
package struct Page: Sendable, Equatable {
  package var width = 100
  package var hasColour = false

  package init(width: Int = 100, hasColour: Bool = false) {
    self.width = width
    self.hasColour = hasColour
  }
}

/// A way to write down what commands say and what is wrong with scripts.
package protocol Renderer: Configurable {
  var page: Page { get set }
  /// The report as text that ends with a line end, or nothing when it has nothing to say.
  func text(_ report: Report) -> String
  /// The same behind another report in the same output, which it may go on where that ended.
  func text(_ report: Report, after previous: Report?) -> String
  /// The diagnostic as text that ends with a line end.
  func text(_ diagnostic: Diagnostic, in source: Source) -> String
}

extension Renderer {
  package func text(_ report: Report, after previous: Report?) -> String { text(report) }
}

/// Every way to write reports down, by name.
package let renderers = Catalog<any Renderer>(
  "output format",
  [
    TerminalRenderer.self, PlainRenderer.self, JSONRenderer.self, MarkdownRenderer.self,
    HTMLRenderer.self, LaTeXRenderer.self, CSVRenderer.self,
  ])

extension Parameter where Root: Renderer {
  /// The option that every renderer has.
  static var width: Parameter {
    .option(
      "width", \.page.width, in: 20...10_000, "how many characters fit into a line")
  }
}
