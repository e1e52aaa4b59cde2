import Kernels

/// For each of some users the items to recommend, the best first.
package struct RecommendationLists: Sendable {
  package struct List: Sendable {
    package var user: Int32
    package var items: [Int32]
    package var scores: [Float]

    package init(user: Int32, items: [Int32], scores: [Float]) {
      self.user = user
      self.items = items
      self.scores = scores
    }
  }

  package var lists: [List] = []

  package init(_ lists: [List]) { self.lists = lists }

  /// How many items there are in all lists.
  package var count: Int { lists.reduce(0) { $0 + $1.items.count } }

  /// The files that hold them, a row a user and place: user, rank from 1 on, item, score. In NumPy's format
  /// users and items are numbers, whose ids are lines of text files.
  package func exported(
    as format: ExportFormat, to path: String, of data: Dataset
  ) -> [(path: String, bytes: [UInt8])] {
    switch format {
    case .csv, .recbole: [(path, rows(DelimitedWriter(), data))]
    case .tsv: [(path, rows(DelimitedWriter(separator: "\t"), data))]
    case .jsonl: [(path, rows(JSONLinesWriter(), data))]
    case .npy: numPyFiles(path, data)
    }
  }

  private func rows(_ writer: some RowWriter, _ data: Dataset) -> [UInt8] {
    let (owner, other) = (data.owner.noun, data.owner.otherNoun)
    var text = writer.header([owner, "rank", other, "score"])
    for list in lists.whileWanted(asking: 0x40) {
      let user = RowField.text(data.users.ids.names[Int(list.user)])
      for (place, (item, score)) in zip(list.items, list.scores).enumerated() {
        text += writer.row([
          (owner, user), ("rank", .whole(Int64(place + 1))),
          (other, .text(data.items.ids.names[Int(item)])), ("score", .number(score)),
        ])
      }
    }
    return Array(text.utf8)
  }

  private func numPyFiles(_ path: String, _ data: Dataset) -> [(path: String, bytes: [UInt8])] {
    var table = NumPyTable(rows: count, columns: 4)
    for list in lists.whileWanted(asking: 0x40) {
      for (place, (item, score)) in zip(list.items, list.scores).enumerated() {
        for value in [Double(list.user), Double(place + 1), Double(item), Double(score)] {
          table.add(value)
        }
      }
    }
    return table.files(path, of: data)
  }
}

extension FileContents {
  /// The ids of users in a file, or of items: those of its column of them, where its first line names one, else a line
  /// each.
  package func ids(of noun: String) throws -> [String] {
    try requireText()
    let first = String(decoding: lineBytes(at: textStart).bytes, as: UTF8.self)
    guard first.contains(where: { ",;\t|".contains($0) }) || isName(of: noun, first) else {
      return try lines()
    }
    let header = try DelimitedHeader(self)
    guard let user = usualName(noun, among: header.names) else {
      throw DatasetError(
        "no column looks like the \(noun)", file: path, line: 1,
        help: ["it has: " + header.names.joined(separator: ", "), "or give one id a line"],
        code: "E0511")
    }
    let table = try header.scan(badRows: .refuse) { $0 == user ? .id : .skip }
    return try table.texts(user)
  }

  private func isName(of noun: String, _ line: String) -> Bool {
    usualName(noun, among: [line.filter { $0 != "\"" }]) != nil
  }
}
