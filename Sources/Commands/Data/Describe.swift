import Datasets
import Language
import Reports

/// `describe`: what is in the data.
struct Describe: Command {
  var columns = false

  init() {}

  static let signature = Signature<Self>(
    "describe", "Shows what is in the data: ratings or interactions, users, items, features.",
    [.flag("columns", \.columns, "what the columns of the files were taken for, and nothing else")],
    needs: [.data], examples: [Example("describe"), Example("describe columns")])

  func run(in session: inout Session, host: any Host) throws -> Report {
    guard let data = session.data else {
      throw CommandFailure("E0401", "no data are loaded", help: ["load data"])
    }
    if columns { return report(onColumnsOf: data) }
    var blocks: [Report.Block] = [.text("\(data.name): \(data.sizes)\(data.scaleOrCounts).")]
    switch data.feedback {
    case .ratings:
      let ratings = histogram(of: data.interactions.ratings)
      blocks += [.table(ratings), .curve(picture(of: ratings))]
    case .interactions: blocks += counts(of: data.interactions).map { [.table($0)] } ?? []
    }
    blocks.append(.table(activity(in: data)))
    let features = features(of: data)
    if !features.rows.isEmpty { blocks.append(.table(features)) }
    blocks += numbers(in: data).map { .curve($0) }
    if let span = timeSpan(of: data) { blocks.append(.text(span)) }
    if let sentence = data.interactions.repeats.sentence { blocks.append(.note(sentence)) }
    if !data.sources.isEmpty { blocks.append(.table(files(of: data))) }
    return Report(blocks, result: data.facts)
  }

  /// How much interactions count; nil where each counts once.
  private func counts(of interactions: Interactions) -> Table? {
    let counts = interactions.counts.sorted()
    guard let least = counts.first, let most = counts.last else { return nil }
    let sum = counts.reduce(0.0) { $0 + Double($1) }
    let top = counts.suffix(max(1, counts.count / 20)).reduce(0.0) { $0 + Double($1) }
    var table = Table(
      "How much interactions count",
      columns: ["least", "median", "mean", "90 %", "most", "of the top 5 %"].map {
        .init($0, .right)
      })
    table.rows.append([
      .number(least.asWritten, digits: 2),
      .number(counts[(counts.count - 1) / 2].asWritten, digits: 2),
      .number(sum / Double(counts.count), digits: 2),
      .number(counts[(counts.count - 1) * 9 / 10].asWritten, digits: 2),
      .number(most.asWritten, digits: 2), .text("\(Int((100 * top / sum).rounded())) % of all"),
    ])
    return table
  }

  private func report(onColumnsOf data: Dataset) -> Report {
    guard !data.readings.isEmpty else {
      return Report([
        .text("Nothing was to be found out: all columns of \(data.name) are as their format says.")
      ], result: data.facts)
    }
    let table = Table(
      "Columns", columns: [.init("file"), .init("column"), .init("taken for"), .init("how")],
      rows: data.readings.map { reading in
        [
          .text(reading.file), .text(reading.column),
          .text([reading.kind?.rawValue ?? reading.role.rawValue, reading.subject.map { "of \($0.rawValue)" }]
            .compactMap { $0 }.joined(separator: " ")), .text(reading.how),
        ]
      })
    return Report([.table(table)], result: data.facts)
  }

  /// How often each rating is given; of scales with many values, in ten steps.
  private func histogram(of ratings: [Float]) -> Table {
    var counts: [Float: Int] = [:]
    for rating in ratings { counts[rating, default: 0] += 1 }
    var table = Table(
      "Ratings",
      columns: [.init("rating", .right), .init("count", .right), .init("share", .right, unit: "%")])
    if counts.count > 21 {
      let scale = RatingScale(spanning: ratings)
      let step = (scale.highest - scale.lowest) / 10
      var binned: [Float: Int] = [:]
      for (rating, count) in counts {
        let bin = min(9, ((rating - scale.lowest) / step).rounded(.down))
        binned[scale.lowest + bin * step, default: 0] += count
      }
      counts = binned
      table.footnotes.append("each line counts ratings from its value up to the next")
    }
    for (rating, count) in counts.sorted(by: { $0.key < $1.key }) {
      table.rows.append([
        .text(text(rating)), .count(count),
        .number(100 * Double(count) / Double(max(1, ratings.count)), digits: 1),
      ])
    }
    return table
  }

  /// The same as bars.
  private func picture(of histogram: Table) -> Curve {
    let counts = histogram.rows.map { row -> (name: String, count: Int) in
      guard case .count(let count) = row[1] else { return (row[0].text, 0) }
      return (row[0].text, count)
    }
    return bars("How often each rating is given", x: "rating", counts)
  }

  private func bars(_ title: String, x: String, _ counts: [(name: String, count: Int)]) -> Curve {
    let points = counts.enumerated().map { Curve.Point(Double($0), Double($1.count)) }
    var curve = Curve(title, x: x, y: "count", series: [.init("count", points)])
    curve.mark = .bar
    curve.names = counts.map(\.name)
    return curve
  }

  /// How the numbers among the features are spread; of the first few, lest they fill the screen.
  private func numbers(in data: Dataset) -> [Curve] {
    let features =
      data.users.features.map { ("users", $0) } + data.items.features.map { ("items", $0) }
    let curves = features.lazy.compactMap { owner, feature -> Curve? in
      guard case .numbers(let numbers) = feature.values else { return nil }
      let known = numbers.filter(\.isFinite)
      guard let low = known.min(), let high = known.max(), high > low else { return nil }
      let starts = Axis(covering: [Double(low), Double(high)], ticks: 8).starts
      var counts = [Int](repeating: 0, count: starts.count)
      for number in known {
        counts[(starts.lastIndex { $0 <= Double(number) } ?? 0)] += 1
      }
      return bars(
        "\(feature.name) of \(owner)", x: "\(feature.name), each from the value below it on",
        zip(starts, counts).map { (short($0), $1) })
    }
    return Array(curves.prefix(3))
  }

  /// How many ratings users gave and items got.
  private func activity(in data: Dataset) -> Table {
    var table = Table(
      data.feedback == .ratings ? "Ratings each" : "Interactions each",
      columns: [.init("of")]
        + ["count", "fewest", "10 %", "median", "90 %", "most"].map { .init($0, .right) })
    let unrated = data.unratedItemCount
    let groups = [
      ("users", data.users.count, data.interactions.users, 0),
      (unrated > 0 ? "rated items" : "items", data.items.count, data.interactions.items, unrated),
    ]
    for (name, all, numbers, without) in groups {
      var counts = [Int](repeating: 0, count: all)
      for number in numbers { counts[Int(number)] += 1 }
      counts.sort()
      counts.removeFirst(without)
      let count = counts.count
      let quantiles = [0, 0.1, 0.5, 0.9, 1].map { share -> Table.Cell in
        counts.isEmpty
          ? .missing : .count(counts[Int((Double(counts.count - 1) * share).rounded())])
      }
      table.rows.append([.text(name), .count(count)] + quantiles)
    }
    return table
  }

  private func features(of data: Dataset) -> Table {
    var table = Table(
      "Features",
      columns: [
        .init("of"), .init("feature"), .init("kind"), .init("values", .right),
        .init("unknown", .right), .init("for example"),
      ])
    for (name, entities) in [("users", data.users), ("items", data.items)] {
      for feature in entities.features {
        table.rows.append([.text(name), .text(feature.name)] + feature.cells)
      }
    }
    for (name, column) in data.interactions.columns.sorted(by: { $0.key < $1.key }) {
      table.rows.append([
        .text("ratings"), .text(name), .text("column"), .count(column.vocabulary.count), .count(0),
        .text(column.vocabulary.names.prefix(3).joined(separator: ", ")),
      ])
    }
    return table
  }

  private func timeSpan(of data: Dataset) -> String? {
    let times = data.interactions.times
    guard let first = times.min(), let last = times.max() else { return nil }
    return "\(data.feedback == .ratings ? "Rated" : "Happened") from \(date(first)) to \(date(last))."
  }

  private func files(of data: Dataset) -> Table {
    Table(
      "Files",
      columns: [.init("file"), .init("bytes", .right), .init("xxh64")],
      rows: data.sources.map { [.text($0.path), .count($0.bytes), .text($0.digest)] })
  }
}

extension Dataset {
  /// The sizes as fields of a result.
  var facts: Record {
    Record([
      .init("users", .number(Double(users.count))),
      .init("items", .number(Double(items.count))),
      .init("unrated", .number(Double(unratedItemCount))),
      .init("ratings", .number(Double(interactions.count))),
      .init("density", .number(density)),
      .init("mean", .number(mean)),
    ])
  }

  private var mean: Double {
    interactions.ratings.reduce(0) { $0 + Double($1) } / Double(max(1, interactions.count))
  }
}

extension Feature {
  /// Kind, number of values, number of entities without one, and some values.
  fileprivate var cells: [Table.Cell] {
    switch values {
    case .categories(let vocabulary, let offsets, _):
      let sizes = zip(offsets, offsets.dropFirst()).map { $1 - $0 }
      return [
        .text(sizes.contains { $0 > 1 } ? "several categories" : "category"),
        .count(vocabulary.count), .count(sizes.count { $0 == 0 }),
        .text(vocabulary.names.prefix(3).joined(separator: ", ")),
      ]
    case .numbers(let numbers):
      let known = numbers.filter { !$0.isNaN }
      let range =
        known.min().flatMap { low in known.max().map { "\(text(low)) to \(text($0))" } } ?? ""
      return [
        .text("number"), .count(Set(known).count), .count(numbers.count - known.count),
        .text(range),
      ]
    }
  }
}

/// The number without needless digits.
private func text(_ number: Float) -> String { Number.text(number.asWritten) }

/// The day of a time in seconds since 1970, in UTC: `1997-09-20` (Hinnant's days-to-civil).
func date(_ seconds: Int64) -> String {
  let days = (seconds >= 0 ? seconds : seconds - 86_399) / 86_400 + 719_468
  let era = (days >= 0 ? days : days - 146_096) / 146_097
  let dayOfEra = days - era * 146_097
  let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
  let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
  let month = (5 * dayOfYear + 2) / 153
  let day = dayOfYear - (153 * month + 2) / 5 + 1
  let realMonth = month < 10 ? month + 3 : month - 9
  let year = yearOfEra + era * 400 + (realMonth <= 2 ? 1 : 0)
  func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
  return "\(year)-\(two(realMonth))-\(two(day))"
}
