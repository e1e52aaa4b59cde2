import Datasets
import Language
import Reports

/// `export`: the data for other programs.
struct Export: Command {
  var file = ""
  var format: ExportFormat?

  init() {}

  static let signature = Signature<Self>(
    "export", "Writes the data as they are now for other programs.",
    details: """
      The end of the name tells the format: .csv, .jsonl, .inter (RecBole), .npy. RecBole and NumPy get \
      several files, whose names start with the one given.
      """,
    [
      .filler("data"),
      .positional(
        "file", \.file, "where to write",
        completion: .file(extensions: ["csv", "jsonl", "inter", "npy"])),
      .option("format", \.format, "how the data are written; as the name says if not given"),
    ],
    needs: [.data],
    examples: [Example("export \"ratings.csv\""), Example("export \"toys\" format=recbole")])

  func run(in session: inout Session, host: any Host) throws -> Report {
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
    for (path, bytes) in data.exported(as: format, stem: file) {
      try host.write(bytes, to: path)
      table.rows.append([.text(path), .count(bytes.count)])
    }
    return Report([.table(table)])
  }
}
