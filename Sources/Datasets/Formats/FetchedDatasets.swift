import Language

/// A public data set that is opened by its name, once a script has fetched it into the folder for such data.
package protocol FetchedDataset: DatasetFormat {
  /// What reports call it.
  static var title: String { get }
}

/// What paths into the folder of fetched data begin with; the host knows where that lies.
package let fetchedPrefix = "fetched:"

extension FetchedDataset {
  /// The command that fetches it.
  static var command: String { "scripts/fetch-data \(name)" }

  package func load(from files: any FileSource) throws -> Dataset {
    let folder = fetchedPrefix + Self.name
    guard files.kind(of: folder) == .folder else {
      throw DatasetError(
        "`\(Self.name)` has not been fetched",
        help: [
          "in a clone of the project: \(Self.command)",
          "it is looked for in .data; MRS_DATA names another folder",
        ], argument: Self.name, code: "E0501")
    }
    try check(folder, files)
    var found = FoundFormat()
    found.path = folder
    var data = try found.load(from: files)
    data.name = Self.title
    return data
  }

  /// Refuses files that are not what was fetched.
  private func check(_ folder: String, _ files: any FileSource) throws {
    let list = filePath(folder, "SHA256SUMS")
    guard files.kind(of: list) == .file else { throw changed("has no SHA256SUMS") }
    for line in try files.read(list).lines() {
      // A sum of 64 digits, two blanks, a name.
      let sum = line.prefix(64)
      let name = String(line.dropFirst(66))
      guard sum.count == 64, !name.isEmpty, !name.contains("/") else {
        throw changed("has a SHA256SUMS that cannot be read")
      }
      let path = filePath(folder, name)
      guard files.kind(of: path) == .file else { throw changed("lacks \(name)") }
      let contents = try files.read(path)
      guard SHA256.hex(of: contents.bytes) == sum else {
        throw changed("holds another \(name) than was fetched")
      }
    }
  }

  private func changed(_ what: String) -> DatasetError {
    DatasetError(
      "the folder of `\(Self.name)` \(what)",
      help: ["delete it and fetch it again: \(Self.command)"], argument: Self.name, code: "E0511")
  }
}

/// GroupLens' small data set of 1998.
package struct MovieLens100K: FetchedDataset {
  package init() {}

  package static let title = "MovieLens 100K"
  package static let signature = Signature<Self>(
    "ml-100k", "MovieLens 100K, which `scripts/fetch-data ml-100k` fetches.",
    details: "100,000 ratings of 1,682 films by 943 users, from 1997 and 1998.")
}

/// GroupLens' data set of 2000.
package struct MovieLens1M: FetchedDataset {
  package init() {}

  package static let title = "MovieLens 1M"
  package static let signature = Signature<Self>(
    "ml-1m", "MovieLens 1M, which `scripts/fetch-data ml-1m` fetches.",
    details: "1,000,209 ratings of 3,706 films by 6,040 users, from 2000 to 2003.")
}
