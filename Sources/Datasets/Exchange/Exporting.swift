import Kernels
import Language

/// Ways to write a data set for other programs.
package enum ExportFormat: String, ArgumentChoice {
  case csv, tsv, jsonl, recbole, npy

  package var summary: String {
    switch self {
    case .csv: "one file with a header, commas between the fields"
    case .tsv: "the same with tabs"
    case .jsonl: "one JSON object a line"
    case .recbole: "RecBole's atomic files: .inter, .user, .item"
    case .npy: "a NumPy array of user, item, rating and time, ids as numbers; ids in text files"
    }
  }

  /// The format that the end of a file's name tells.
  package init?(fileName: String) {
    let endings: [(String, ExportFormat)] = [
      (".csv", .csv), (".tsv", .tsv), (".jsonl", .jsonl), (".json", .jsonl), (".inter", .recbole),
      (".npy", .npy),
    ]
    guard let known = endings.first(where: { fileName.hasSuffix($0.0) }) else { return nil }
    self = known.1
  }
}

extension Dataset {
  /// What a format has no place for.
  package func leftOut(of format: ExportFormat) -> [String] {
    let features = users.features.map(\.name) + items.features.map(\.name)
    let columns = interactions.columns.keys.sorted()
    return switch format {
    case .recbole: []
    case .npy: features + columns
    case .csv, .tsv, .jsonl: features
    }
  }

  /// The files that hold these data, their names starting with `stem`; parts of them when nobody wants them any
  /// more.
  package func exported(as format: ExportFormat, stem: String) -> [(path: String, bytes: [UInt8])] {
    switch format {
    case .csv: [(stem, rows(DelimitedWriter()))]
    case .tsv: [(stem, rows(DelimitedWriter(separator: "\t")))]
    case .jsonl: [(stem, rows(JSONLinesWriter()))]
    case .recbole: recBoleFiles(stem)
    case .npy: numPyFiles(stem)
    }
  }

  private func rows(_ writer: some RowWriter) -> [UInt8] {
    let extra = interactions.columns.keys.sorted()
    let hasTimes = !interactions.times.isEmpty
    var text = writer.header(["user", "item", "rating"] + (hasTimes ? ["time"] : []) + extra)
    for row in (0..<interactions.count).whileWanted(asking: 0x1000) {
      var fields: [(String, RowField)] = [
        ("user", .text(users.ids.names[Int(interactions.users[row])])),
        ("item", .text(items.ids.names[Int(interactions.items[row])])),
        ("rating", .number(interactions.ratings[row])),
      ]
      if hasTimes { fields.append(("time", interactions.timeField(row))) }
      for name in extra {
        guard let column = interactions.columns[name] else { continue }
        fields.append((name, .text(column.vocabulary.names[Int(column.codes[row])])))
      }
      text += writer.row(fields)
    }
    return Array(text.utf8)
  }

  private func recBoleFiles(_ stem: String) -> [(path: String, bytes: [UInt8])] {
    let stem = stem.hasSuffix(".inter") ? String(stem.dropLast(6)) : stem
    let hasTimes = !interactions.times.isEmpty
    let extra = interactions.columns.keys.sorted()
    var inter = "user_id:token\titem_id:token\trating:float" + (hasTimes ? "\ttimestamp:float" : "")
    inter += extra.map { "\t\($0):token" }.joined() + "\n"
    for row in (0..<interactions.count).whileWanted(asking: 0x1000) {
      inter += oneLine(users.ids.names[Int(interactions.users[row])]) + "\t"
      inter += oneLine(items.ids.names[Int(interactions.items[row])]) + "\t"
      inter += RowField.number(interactions.ratings[row]).text
      if hasTimes { inter += "\t" + interactions.timeField(row).text }
      for name in extra {
        guard let column = interactions.columns[name] else { continue }
        inter += "\t" + oneLine(column.vocabulary.names[Int(column.codes[row])])
      }
      inter += "\n"
    }
    return [
      (stem + ".inter", Array(inter.utf8)),
      (stem + ".user", Array(users.recBoleText(id: "user_id").utf8)),
      (stem + ".item", Array(items.recBoleText(id: "item_id").utf8)),
    ]
  }

  private func numPyFiles(_ stem: String) -> [(path: String, bytes: [UInt8])] {
    let hasTimes = !interactions.times.isEmpty
    var table = NumPyTable(rows: interactions.count, columns: hasTimes ? 4 : 3)
    for row in (0..<interactions.count).whileWanted(asking: 0x1000) {
      table.add(Double(interactions.users[row]))
      table.add(Double(interactions.items[row]))
      table.add(interactions.ratings[row].asWritten)
      if hasTimes { table.add(interactions.secondsWithFraction(row)) }
    }
    return table.files(stem, of: self)
  }
}

extension Interactions {
  /// A time as it is written: seconds, 0 where it is not known.
  fileprivate func timeField(_ row: Int) -> RowField {
    let time = times[row]
    guard ticks > 1, time != Self.unknownTime, time % ticks != 0 else {
      return .whole(seconds(of: row) ?? 0)
    }
    let whole = floored(time, by: ticks)
    let digits = "\(time - whole * ticks + ticks)".dropFirst()
    let shown = digits.reversed().drop { $0 == "0" }.reversed()
    return .text("\(whole).\(String(shown))")
  }

  fileprivate func secondsWithFraction(_ row: Int) -> Double {
    times[row] == Self.unknownTime ? 0 : Double(times[row]) / Double(ticks)
  }
}

extension Entities {
  /// These entities as a RecBole atomic file.
  fileprivate func recBoleText(id: String) -> String {
    var text = "\(id):token" + (titles.isEmpty ? "" : "\ttitle:token_seq")
    let types = features.map(\.recBoleType)
    for (feature, type) in zip(features, types) { text += "\t\(oneLine(feature.name)):\(type)" }
    text += "\n"
    for entity in (0..<count).whileWanted(asking: 0x1000) {
      text += oneLine(ids.names[entity])
      if !titles.isEmpty { text += "\t" + oneLine(titles[entity]) }
      for (feature, type) in zip(features, types) {
        text += "\t" + feature.recBoleText(entity, as: type)
      }
      text += "\n"
    }
    return text
  }
}

extension Feature {
  fileprivate var recBoleType: String {
    switch values {
    case .numbers: return "float"
    case .categories(_, let offsets, _):
      return zip(offsets, offsets.dropFirst()).contains { $1 - $0 > 1 } ? "token_seq" : "token"
    }
  }

  fileprivate func recBoleText(_ entity: Int, as type: String) -> String {
    switch values {
    case .numbers(let numbers):
      return numbers[entity].isNaN ? "" : RowField.number(numbers[entity]).text
    case .categories(let vocabulary, let offsets, let codes):
      let names = codes[Int(offsets[entity])..<Int(offsets[entity + 1])].map {
        vocabulary.names[Int($0)]
      }
      if type == "token" { return names.map(oneLine).joined() }
      // Spaces divide a sequence, so that a name may hold none.
      return names.map { String(oneLine($0).map { $0 == " " ? "_" : $0 }) }.joined(separator: " ")
    }
  }
}

/// The text without tabs and line ends, which would end a field.
func oneLine(_ text: String) -> String {
  String(text.map { $0 == "\t" || $0.isNewline ? " " : $0 })
}
