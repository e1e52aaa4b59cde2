import Language

/// How a table of who trusts whom is taken up by data.
package struct TrustAttaching: Sendable {
  /// The columns that say who trusts, who is trusted, and how much; as many as there are if they are named.
  package var columns: [String] = []
  package var separator = Separator.guess
  package var badRows = BadRows.refuse
  /// What the features of friends are called after.
  package var name = "friends"

  package init() {}

  /// What came of it.
  package struct Outcome: Sendable {
    /// The edges of the file that are kept, and those of them between users of the data.
    package var edges = 0
    package var known = 0
    /// How many of the data's users trust somebody of them.
    package var trusters = 0
    /// Who is in no rating.
    package var strangers: [String] = []
    /// Edges from somebody to themselves, and edges that an earlier line has.
    package var loops = 0
    package var repeated = 0
    package var features = 0
    /// What the columns are taken for.
    package var reading = ""
    package var notes: [String] = []
  }

  package func attach(
    _ contents: FileContents, to data: inout Dataset
  ) throws(DatasetError) -> Outcome {
    let table = try DescriptiveTable(
      contents, of: .users, names: try names(of: contents, data), separator: separator,
      badRows: badRows)
    let (places, weightPlace) = try roles(in: table)
    let froms = try texts(table, places.0)
    let tos = try texts(table, places.1)
    let weights = try weightPlace.map { place throws(DatasetError) in try texts(table, place) }
    var outcome = Outcome()
    outcome.notes = table.notes
    let written = [places.0, places.1].map { "`\(table.names[$0])`" }
    outcome.reading =
      "\(written[0]) trusts \(written[1])"
      + (weightPlace.map { ", as much as `\(table.names[$0])` says" } ?? ", all alike")
    var trust = Trust()
    var (seen, skipped) = ([String: Int](), 0)
    for row in froms.indices {
      let (from, to) = (froms[row], tos[row])
      let weight: Float?
      do throws(DatasetError) {
        weight = try self.weight(
          from, to, weights?[row], table, row, weightPlace.map { table.names[$0] })
      } catch {
        guard badRows == .skip else { throw error }
        skipped += 1
        continue
      }
      guard let weight else { continue }
      if from == to {
        outcome.loops += 1
      } else if let earlier = seen[from + "\u{0}" + to] {
        trust.weights[earlier] = weight
        outcome.repeated += 1
      } else {
        seen[from + "\u{0}" + to] = trust.count
        trust.trusters.append(from)
        trust.trusted.append(to)
        trust.weights.append(weight)
      }
    }
    if skipped > 0 {
      outcome.notes.append(counted(skipped, "row") + " that cannot be read passed over")
    }
    try take(trust, contents, &data, &outcome)
    return outcome
  }

  /// The weight of a row; nil for one that says that there is no trust.
  private func weight(
    _ from: String, _ to: String, _ text: String?, _ table: DescriptiveTable, _ row: Int,
    _ name: String?
  ) throws(DatasetError) -> Float? {
    func fault(_ what: String) -> DatasetError {
      DatasetError(
        what, file: table.contents.path, line: table.line(row), help: [BadRows.advice],
        code: "E0512")
    }
    guard !from.isEmpty, !to.isEmpty else { throw fault("an edge needs two users") }
    guard let text else { return 1 }
    let weight = float(in: text)
    guard weight.isFinite else { throw fault("`\(text)` of \(name ?? "the weight") is no number") }
    guard weight >= 0 else {
      throw fault("a weight of \(text) is below 0: who distrusts somebody is no friend")
    }
    return weight > 0 ? weight : nil
  }

  private func take(
    _ trust: Trust, _ contents: FileContents, _ data: inout Dataset, _ outcome: inout Outcome
  ) throws(DatasetError) {
    let friends = Friends(trust, among: data.users.ids)
    guard !friends.users.isEmpty else {
      throw DatasetError(
        "no line is about two users of the data", file: contents.path,
        help: [
          "users are called \(data.users.ids.names.prefix(3).joined(separator: ", ")), and the file "
            + "has \((trust.trusters + trust.trusted).prefix(3).joined(separator: ", "))"
        ], code: "E0513")
    }
    outcome.edges = trust.count
    outcome.known = friends.users.count
    outcome.trusters = (0..<data.users.count).count { !friends.range($0).isEmpty }
    outcome.strangers = Set((trust.trusters + trust.trusted).filter { data.users.ids[$0] == nil })
      .sorted()
    outcome.features = data.take(trust, friends, as: name)
    data.sources.append(contents.source)
  }

  // MARK: Columns

  private static let weightNames: Set<String> = [
    "weight", "trust", "value", "strength", "score", "statement", "rating",
  ]

  /// The names of the columns where the first line is an edge already; none where it names them.
  private func names(
    of contents: FileContents, _ data: Dataset
  ) throws(DatasetError) -> [String] {
    try contents.requireText()
    var text = JSONText(contents)
    if let first = text.peek(), first == UInt8(ascii: "{") || first == UInt8(ascii: "[") {
      return []
    }
    guard columns.isEmpty else { return columns }
    let first = try DelimitedHeader(contents, separator: separator, mayRepeat: true).names
    guard first.count >= 2, first.prefix(2).contains(where: { data.users.ids[$0] != nil }) else {
      return []
    }
    return ["truster", "trusted", "weight"].prefix(first.count)
      + (3..<max(3, first.count)).map { "field\($0 + 1)" }
  }

  private func roles(
    in table: DescriptiveTable
  ) throws(DatasetError) -> (users: (Int, Int), weight: Int?) {
    let names = table.names.map { $0.lowercased() }
    let weight = names.firstIndex { Self.weightNames.contains($0) }
    let others = names.indices.filter { $0 != weight }
    guard others.count >= 2 else {
      throw DatasetError(
        "an edge needs two columns of users", file: table.contents.path, line: 1,
        help: [
          "it has: " + table.names.joined(separator: ", "),
          "a file without a line of names: columns=[truster, trusted, weight]",
        ], code: "E0511")
    }
    return ((others[0], others[1]), weight)
  }

  private func texts(_ table: DescriptiveTable, _ place: Int) throws(DatasetError) -> [String] {
    guard case .texts(let texts) = table.columns[place].cells else {
      throw DatasetError(
        "`\(table.columns[place].name)` holds lists, and not one user a line",
        file: table.contents.path, code: "E0511")
    }
    return texts
  }
}
