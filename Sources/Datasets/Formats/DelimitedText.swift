import Language

/// Ratings or interactions in a file of rows, usually with a header line: commas, tabs, semicolons, bars,
/// blanks or other marks between the fields. Matrices, blocks and lists are turned into rows.
package struct DelimitedText: RowsFormat {
  package var file = ""
  package var separator = Separator.guess
  package var columns: [String] = []
  package var shape = TableShape.guess
  package var options = RatingsOptions()

  package init() {}

  package var knownFeedback: Feedback? { options.feedback }
  package var showsAtRandom: Bool { options.shown == .random }

  package static let signature = Signature<Self>(
    "csv", "A file of ratings or clicks: commas, tabs, blanks or other marks between the fields.",
    details: """
      Columns are chosen by their names in the first line; usual names are found without being told, and \
      what was guessed is said. Further columns are kept and can be split by. A file without a line of \
      names needs `columns=`. Without a column of ratings the rows are interactions. Dates, decimal commas \
      and units are read as the whole column settles.
      """,
    [
      .positional(
        "file", \.file, "the file of ratings", expects: "a file",
        completion: .file(extensions: ["csv", "tsv", "txt", "dat"]))
    ] + rowParameters(each: "column") + [
      .option("sep", \.separator, "what stands between the fields"),
      .option(
        "columns", \.columns, "names of the columns, where the file has none: [user, item, rating]"),
      .option("shape", \.shape, "how the file is laid out"),
    ])

  package func load(from files: any FileSource) throws -> Dataset {
    if files.kind(of: file) == .folder {
      throw DatasetError("`\(file)` is a folder; csv needs a file", code: "E0501")
    }
    return try RatingsFile(
      files.read(file), separator: separator, names: columns, shape: shape
    ).dataset(name: lastPart(of: file), options)
  }
}
