import Datasets
import Kernels
import Language
import Reports

/// `export`: the data for other programs.
struct Export: ConstrainedCommand {
  var file = ""
  var format: ExportFormat?

  init() {}

  static let signature = Signature<Self>(
    "export", "Writes the data as they are now for other programs.",
    details: """
      The end of the name tells the format: .csv, .tsv, .jsonl, .inter (RecBole), .npy. RecBole and NumPy get \
      several files, whose names start with the one given. At the prompt a name that ends in .md, .html or \
      .ipynb writes the session, as `publish` does.
      """,
    [
      .filler("data"),
      .positional(
        "file", \.file, "where to write",
        completion: .file(extensions: ["csv", "tsv", "jsonl", "inter", "npy"])),
      .option("format", \.format, "how the data are written; as the name says if not given"),
    ],
    needs: [.data],
    examples: [Example("export \"ratings.csv\""), Example("export \"toys\" format=recbole")])

  var contradiction: CommandFailure? {
    guard format == nil, !file.isEmpty else { return nil }
    guard notebookFormat(of: file) != nil else {
      return ExportFormat(fileName: file) == nil ? namelessFormat : nil
    }
    return CommandFailure(
      "E0306", "`\(file)` is the name of a document, and not of data",
      help: [
        "at the prompt it writes the session; for a script that is `mrs convert`",
        "`format=csv` writes data under that name all the same",
      ], argument: file)
  }

  /// For a name that does not tell the format.
  private var namelessFormat: CommandFailure {
    CommandFailure(
      "E0306", "the name `\(file)` does not tell how to write the data",
      help: [
        file.hasSuffix(".gz")
          ? "files are not packed: write `\(file.dropLast(3))`, and pack it with gzip"
          : "let it end in .csv, .tsv, .jsonl, .inter or .npy, or say which: format=csv"
      ], argument: file)
  }

  func run(in session: inout Session, host: any Host) throws -> Report {
    if let contradiction { throw contradiction }
    guard let data = session.data else {
      throw CommandFailure("E0401", "no data are loaded", help: ["load data"])
    }
    if data.sources.contains(where: { $0.path == file }) {
      throw CommandFailure(
        "E0516", "`\(file)` is what the data were loaded from; it is not overwritten",
        help: ["choose another name"], argument: file)
    }
    var table = Table("Written", columns: [.init("file"), .init("bytes", .right)])
    let format = format ?? ExportFormat(fileName: file) ?? .csv
    let files = data.exported(as: format, stem: file)
    // Parts of files must not take the place of whole ones.
    if Cancellation.isRequested { throw Interrupted() }
    for (path, bytes) in files {
      try host.write(bytes, to: path)
      table.rows.append([.text(path), .count(bytes.count)])
    }
    var blocks: [Report.Block] = [.table(table)]
    let leftOut = data.leftOut(of: format)
    if !leftOut.isEmpty {
      blocks.append(
        .note(
          "not in it: \(named(leftOut, most: 6)); "
            + "format=recbole writes what is known of users and items, too"))
    }
    return Report(blocks)
  }
}
