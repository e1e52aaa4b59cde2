import Datasets
import Language
import Reports

/// `attach`: more features of users or items, from a file.
struct Attach: Command {
  /// Whose features they are.
  enum EntityKind: String, ArgumentChoice {
    case users, items

    var summary: String {
      switch self {
      case .users: "features of users"
      case .items: "features of items"
      }
    }
  }

  var whom = EntityKind.items
  var file = ""
  var name: String?
  var ids: String?
  var id: String?
  var badRows = BadRows.refuse
  var unpack: ByteCount?

  init() {}

  static let signature = Signature<Self>(
    "attach", "Adds features of users or items from a file: a table, or vectors in NumPy's format.",
    details: """
      A table has a header and one line for each user or item. The rows of an array are in the order \
      of the lines of ids=, or of the data where that is left out.
      """,
    [
      .positional("whom", \.whom, "whose features they are"),
      .positional(
        "file", \.file, "the table (.csv, .tsv) or arrays (.npy, .npz)",
        completion: .file(extensions: ["csv", "tsv", "npy", "npz"])),
      .option("as", \.name, "what the features are called: image"),
      .option(
        "ids", \.ids, "a file with the id of each row of an array",
        completion: .file(extensions: ["txt"])),
      .option("id", \.id, "the column of ids of a table"),
      .option("errors", \.badRows, "what to do with rows of a table that cannot be read"),
      .option("unpack", \.unpack, UnpackLimit.summary),
    ],
    needs: [.data], gives: [.data],
    examples: [Example("attach items \"materials.csv\" as=made")])

  /// What the features of an array are called: several arrays keep their names.
  private func shownName(_ own: String?, among count: Int) -> String {
    guard count > 1 else { return name ?? own ?? "vector" }
    return [name, own].compactMap { $0 }.joined(separator: ".")
  }

  func run(in session: inout Session, host: any Host) throws -> Report {
    guard var data = session.data else {
      throw CommandFailure("E0401", "no data are loaded", help: ["load data"])
    }
    let files = KeptFiles(host, unpacking: UnpackLimit(unpack))
    let contents = try reading { try files.read(file) }
    let order = try ids.map { path in try reading { try files.read(path).lines() } }
    let noun = whom == .users ? "user" : "item"
    var entities = whom == .users ? data.users : data.items
    var attached = entities
    attached.features = []
    var notes: [String] = []
    let known = try reading {
      if file.hasSuffix(".npy") || file.hasSuffix(".npz") {
        let arrays = try NumPyArray.all(in: contents, unpacking: UnpackLimit(unpack))
        return try arrays.map { own, array in
          try attached.attach(
            array, named: shownName(own, among: arrays.count), order: order, path: file)
        }.max() ?? 0
      }
      let found = try attached.attach(
        table: contents, id: id, prefix: name, noun: noun, badRows: badRows)
      notes = found.notes
      return found.known
    }
    entities.titles = attached.titles
    let replaced = entities.take(attached.features)
    if whom == .users { data.users = entities } else { data.items = entities }
    data.sources.append(contents.source)
    session.data = data
    session.tasks = nil
    let added = attached.features.count
    var blocks: [Report.Block] = [
      .text(
        "Attached \(counted(added, "feature")) to \(grouped(known)) of "
          + "\(grouped(entities.count)) \(whom.rawValue).")
    ]
    if replaced > 0 {
      blocks.append(.note("\(grouped(replaced)) of them in the place of earlier ones"))
    }
    if known < entities.count {
      blocks.append(.note("of the others they are unknown"))
    }
    blocks += notes.map { .warning($0) }
    return Report(
      blocks,
      result: Record([
        .init("features", .number(Double(added))), .init("known", .number(Double(known))),
      ]))
  }
}
