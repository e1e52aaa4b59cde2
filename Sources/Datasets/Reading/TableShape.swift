import Language

/// How a file lays out who has to do with what.
package enum TableShape: String, ArgumentChoice {
  case guess, rows, matrix, blocks, lists

  package var summary: String {
    switch self {
    case .guess: "what the first lines look like"
    case .rows: "a line for each rating"
    case .matrix: "a line for each user, a column for each item"
    case .blocks: "a line `item:`, then a line for each of its ratings"
    case .lists: "a line for each user, with all items taken"
    }
  }

  /// How a report calls it.
  var spoken: String {
    switch self {
    case .guess, .rows: "a table with a line for each rating"
    case .matrix: "a matrix, with a line for each user and a column for each item"
    case .blocks: "blocks, each a line with an item and then its ratings"
    case .lists: "lists, each a user and then all items taken"
    }
  }
}

extension TableSketch {
  /// The shape that the first lines have, where they can have only one.
  ///
  /// - Parameter names: those that were given for the columns; empty where the first line may name them.
  func shape(names: [String]) -> TableShape {
    if areBlocks { return .blocks }
    if !names.isEmpty {
      return names.count == 2 && lines.contains { $0.count > 2 } && widths.count > 1
        ? .lists : .rows
    }
    let header = lines.first ?? []
    let isNamed =
      ColumnNames.usual(.user, among: header) != nil
      && ColumnNames.usual(.item, among: header) != nil
    if isNamed { return .rows }
    if isMatrix(header) || countsOwnRatings != nil { return .matrix }
    return areLists(header) ? .lists : .rows
  }

  /// How often lines have how many fields.
  private var widths: [Int: Int] {
    lines.reduce(into: [:]) { $0[$1.count, default: 0] += 1 }
  }

  /// Whether the first line is `31:`, and rows follow.
  private var areBlocks: Bool {
    guard let first = lines.first, Self.blockHead(first) != nil else { return false }
    return lines.dropFirst().contains { Self.blockHead($0) == nil }
  }

  /// The id that a line of a block's own holds.
  static func blockHead(_ fields: [String]) -> String? {
    guard fields.count == 1, fields[0].hasSuffix(":"), fields[0].utf8.count > 1 else { return nil }
    return String(fields[0].dropLast())
  }

  /// Whether lines have so different numbers of ids that they can be no rows.
  private func areLists(_ header: [String]) -> Bool {
    guard lines.count > 2, widths.count > 1, let most = widths.values.max() else { return false }
    let isHeader = ColumnNames.Role.allCases.contains {
      ColumnNames.usual($0, among: header) != nil
    }
    return !isHeader && most * 10 < lines.count * 8
      && lines.allSatisfy { line in
        line.count > 1 && line.allSatisfy { !$0.isEmpty && !$0.contains(" ") }
      }
  }

  /// Whether names of items stand above numbers that are ratings, or blank.
  private func isMatrix(_ header: [String]) -> Bool {
    guard widths.count == 1, header.count > 3, lines.count > 2 else { return false }
    guard header.dropFirst().allSatisfy({ !$0.isEmpty }), Set(header).count == header.count else {
      return false
    }
    let isNamed = header.dropFirst().contains { !number(in: $0).isFinite }
    let ids = Set(lines.dropFirst().map { $0[0] })
    guard isNamed || number(in: header[0]).isNaN, ids.count == lines.count - 1 else { return false }
    let cells = lines.dropFirst().flatMap { $0.dropFirst() }
    let known = cells.filter { !MissingWords.contains($0) }
    guard !known.isEmpty, known.allSatisfy({ number(in: $0).isFinite }) else { return false }
    return Set(known).count <= 21 || (cells.count - known.count) * 5 >= cells.count
  }

  /// The number that stands for no rating in a matrix without names, whose lines begin with how many ratings
  /// they have; nil where the first lines are no such matrix.
  var countsOwnRatings: String? {
    guard widths.count == 1, let first = lines.first, first.count > 3, lines.count > 1 else {
      return nil
    }
    guard lines.allSatisfy({ $0.allSatisfy { number(in: $0).isFinite } }) else { return nil }
    let counts = lines.reduce(into: [String: Int]()) { counts, line in
      for cell in line.dropFirst() { counts[cell, default: 0] += 1 }
    }
    let mostFrequent = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(3)
    return mostFrequent.map(\.key).first { blank in
      lines.allSatisfy { line in
        number(in: line[0]) == Double(line.dropFirst().count { $0 != blank })
      }
    }
  }
}
