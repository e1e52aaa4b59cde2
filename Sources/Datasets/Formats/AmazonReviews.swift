import Language

/// Ratings of the Amazon review data sets (Ni et al. 2019; Hou et al. 2024): JSON Lines with texts,
/// ratings only with a header, or ratings only without one.
package struct AmazonReviews: DatasetFormat {
  package var file = ""
  package var badRows = BadRows.refuse

  package init() {}

  package static let signature = Signature<Self>(
    "amazon", "A file of Amazon reviews: JSON Lines, or CSV with ratings only.",
    details: """
      Knows the releases of 2014, 2018 and 2023 by their content. Items are products: of 2023, where \
      both forms have it, `parent_asin`, under which colours and sizes are one.
      """,
    [
      .positional(
        "file", \.file, "the file of reviews", expects: "a file",
        completion: .file(extensions: ["json", "jsonl", "csv"])),
      .option("errors", \.badRows, "what to do with rows that cannot be read"),
    ])

  package func load(from files: any FileSource) throws -> Dataset {
    let contents = try files.read(file)
    try contents.requireText()
    var text = JSONText(contents)
    if let first = text.peek(), "{[".utf8.contains(first) {
      var format = JSONLines()
      format.options.badRows = badRows
      // Texts of reviews would be columns with as many categories as there are rows.
      format.keepsOthers = false
      if try JSONMembers(contents).paths.contains("parent_asin") {
        format.options.item = "parent_asin"
      }
      return try format.load(contents)
    }
    let first = contents.lineBytes(at: contents.textStart).bytes
    let fields = String(decoding: first, as: UTF8.self).split(separator: ",")
    if fields.count == 4, number(in: String(fields[2])).isFinite {
      return try withoutHeader(contents, itemFirst: isItem(fields[0]) && !isItem(fields[1]))
    }
    var format = DelimitedText()
    format.file = file
    format.options.badRows = badRows
    return try format.load(from: files)
  }

  /// Product numbers have ten characters; those of reviewers are longer.
  private func isItem(_ field: Substring) -> Bool { field.count == 10 }

  private func withoutHeader(
    _ contents: FileContents, itemFirst: Bool
  ) throws(DatasetError) -> Dataset {
    let ids = itemFirst ? ["item", "user"] : ["user", "item"]
    let layout = RowLayout(
      ids.map { Field($0, .id) } + [Field("rating", .number), Field("time", .time)],
      separator: ",", isQuoted: true)
    var data = try layout.ratings(of: contents, name: lastPart(of: file), badRows: badRows)
    data.scale = RatingScale(1, max(5, data.scale.highest))
    return data
  }
}
