import Language

/// `pull 3`: a cell of the session that is followed, as a cell of one's own.
package struct Pull: NotebookCommand {
  var cells = CellRange(1, 0)

  package init() {}

  package static let signature = Signature<Self>(
    "pull", "Runs cells of the session that is followed, as cells of one's own.",
    details: """
      `mrs --share FILE` writes the cells of a session into a file as they run, and `mrs --follow FILE` \
      shows them at another prompt, where `pull` takes them over.
      """,
    [
      .positional(
        "cells", \.cells, "which: `3` or `3..7`; the newest one if not given", isRequired: false)
    ],
    examples: [Example("pull"), Example("pull 3"), Example("pull 3..5")])

  package func run(in notebook: inout Notebook, host: any Host) throws -> NotebookRequest {
    .pull(cells.low <= cells.high ? cells.low...cells.high : nil)
  }
}
