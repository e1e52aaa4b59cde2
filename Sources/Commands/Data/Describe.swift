import Datasets
import Language
import Reports

/// `describe`: what is in the data.
struct Describe: Command {
  var showsColumns = false

  init() {}

  static let signature = Signature<Self>(
    "describe", "Shows what is in the data: ratings or interactions, users, items, features.",
    [
      .flag("columns", \.showsColumns, "what the columns of the files were taken for, and no more")
    ],
    needs: [.data],
    examples: [Example("describe"), Example("describe columns", "and how their values were read")])

  func run(in session: inout Session, host: any Host) throws -> Report {
    guard let data = session.data else {
      throw CommandFailure("E0401", "no data are loaded", help: ["load data"])
    }
    if showsColumns { return Report(columns(of: data), result: data.facts) }
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
    let top = counts.suffix(max(1, (counts.count + 10) / 20)).reduce(0.0) { $0 + Double($1) }
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

  /// How often each rating is given; of scales with many values, in about ten steps.
  private func histogram(of ratings: [Float]) -> Table {
    var counts: [Float: Int] = [:]
    for rating in ratings { counts[rating, default: 0] += 1 }
    var table = Table(
      "Ratings",
      columns: [.init("rating", .right), .init("count", .right), .init("share", .right, unit: "%")])
    if counts.count > 21 {
      counts = binned(counts)
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

  /// The counts in equal steps from round numbers on; where one would hold most, in steps of 1, 2, 5, 10 and so on.
  private func binned(_ counts: [Float: Int]) -> [Float: Int] {
    let scale = RatingScale(spanning: Array(counts.keys))
    let (low, high) = (scale.lowest.asWritten, scale.highest.asWritten)
    func binned(_ starts: [Double]) -> [Float: Int] {
      counts.reduce(into: [:]) { bins, entry in
        let start = starts.last { $0 <= entry.key.asWritten } ?? starts[0]
        bins[Float(start), default: 0] += entry.value
      }
    }
    let even = binned(Axis(covering: [low, high], ticks: 10).starts)
    let total = counts.values.reduce(0, +)
    guard low >= 0, (even.values.max() ?? 0) * 10 > total * 6 else { return even }
    return binned(Axis.growingStarts(from: max(low, high / 4096), to: high))
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
    let rows = data.interactions
    let known = rows.times.lazy.filter { $0 != Interactions.unknownTime }
    guard let first = known.min(), let last = known.max() else { return nil }
    let unknown = rows.times.count { $0 == Interactions.unknownTime }
    let days = [first, last].map { CivilDate(secondsSince1970: $0 / rows.ticks).text }
    return "\(data.feedback == .ratings ? "Rated" : "Happened") from \(days[0]) to \(days[1])"
      + (unknown == 0 ? "." : "; \(counted(unknown, "time is", "times are")) unknown.")
  }

  /// What the columns of the files were taken for.
  private func columns(of data: Dataset) -> [Report.Block] {
    guard !data.readings.isEmpty else {
      return [.text("\(data.name): the format says what each column is.")]
    }
    return [
      .table(
        Table(
          "Columns",
          columns: [.init("file"), .init("column"), .init("taken for"), .init("how")],
          rows: data.readings.map {
            [
              .text($0.file), .text($0.column), .text($0.roleInWords),
              .text(
                [$0.isGuess ? "guessed" : "", $0.how].filter { !$0.isEmpty }.joined(separator: ", ")
              ),
            ]
          }))
    ]
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
