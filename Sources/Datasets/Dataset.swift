import Kernels
import Language

/// Ratings of items by users, or interactions between them, with what is known of both. A value; loading makes
/// it, nothing changes it.
package struct Dataset: Sendable {
  /// What a report calls it: "MovieLens 100K".
  package var name: String
  package var users: Entities
  package var items: Entities
  package var interactions: Interactions
  package var scale: RatingScale
  /// What `users` are here: those of the files, or their items, seen the other way round.
  package internal(set) var owner = TaskOwner.users
  /// Whether the rows are ratings or interactions.
  package var feedback = Feedback.ratings
  /// The rows of interactions as they came, where several of them are of one pair of a user and an item.
  package var log: Interactions?
  /// The files it came from with their digests; a replay compares them.
  package var sources: [Source]
  /// What a reader should know of the loading: rows passed over, files not found.
  package var notes: [String] = []
  /// What was done to read it that is as it should be: rows left out as was said, the shape of a file.
  package var remarks: [String] = []
  /// What the columns of its files were taken for.
  package var readings: [ColumnReading] = []
  /// Who trusts whom among the users of the files; nil where that is not attached.
  package var trust: Trust?
  /// That chance decided which items users came to see; nil where it did not, or nobody says.
  package var showings: RandomShowings?
  /// How many users each owner has, where ranks are the owners and these are the data of one of them; nil where
  /// these are all data.
  package var owners: OwnerShare?
  /// The names of data sets that were loaded side by side; each is a value of the items' `domain`.
  package var domains: [String] = []

  package init(
    name: String, users: Entities, items: Entities, interactions: Interactions, scale: RatingScale,
    sources: [Source] = []
  ) {
    self.name = name
    self.users = users
    self.items = items
    self.interactions = interactions
    self.scale = scale
    self.sources = sources
  }

  package struct Source: Sendable, Equatable {
    package var path: String
    package var bytes: Int
    /// A 64-bit digest of the contents, in hexadecimal.
    package var digest: String

    package init(path: String, bytes: Int, digest: String) {
      self.path = path
      self.bytes = bytes
      self.digest = digest
    }
  }
}

/// The lowest and highest rating that can be given.
package struct RatingScale: Sendable, Equatable {
  package var lowest: Float
  package var highest: Float
  /// What ratings that were turned into something else are: `log(1 + plays)`.
  package var unit = ""

  package init(_ lowest: Float, _ highest: Float) {
    self.lowest = lowest
    self.highest = highest
  }

  /// `1 to 5`.
  package var text: String {
    "\(Number.text(lowest.asWritten)) to \(Number.text(highest.asWritten))"
      + (unit.isEmpty ? "" : " (\(unit))")
  }

  /// An empty scale does not occur: data have at least one rating, and all ratings are finite.
  package var bounds: ClosedRange<Double> {
    let (low, high) = (Double(lowest), Double(highest))
    return low <= high ? low...high : 0...0
  }

  /// The rating nearest to `score` that lies on the scale.
  package func clamped(_ score: Float) -> Float { min(max(score, lowest), highest) }
}

/// Columns of equal length, one row a rating, in the order of the file.
package struct Interactions: Sendable {
  package var users: [Int32]
  package var items: [Int32]
  package var ratings: [Float]
  /// How often, or how much, each interaction happened; empty where each happened once, and for ratings.
  package var counts: [Float] = []
  /// The most that one may count: sums of squares of such stay numbers.
  package static let mostCount: Float = 1e12
  /// Units of time since 1970, `unknownTime` where it is not known, or empty when the data have no times.
  package var times: [Int64]
  /// How many units of `times` make a second: 1, or more where times have fractions.
  package var ticks: Int64 = 1
  /// Further columns by name, such as a predefined split: `state`.
  package var columns: [String: CategoricalColumn]
  /// The ratings as they were when outliers were to be left out; empty when they are not to be.
  package var screened: [Float] = []

  package init(
    users: [Int32] = [], items: [Int32] = [], ratings: [Float] = [], times: [Int64] = [],
    columns: [String: CategoricalColumn] = [:]
  ) {
    self.users = users
    self.items = items
    self.ratings = ratings
    self.times = times
    self.columns = columns
  }

  package var count: Int { users.count }

  /// What stands for a time that is not known; earlier than all others.
  package static let unknownTime = Int64.min

  /// Whole seconds since 1970 of a row; nil where the time is not known.
  package func seconds(of row: Int) -> Int64? {
    times.isEmpty || times[row] == Self.unknownTime ? nil : floored(times[row], by: ticks)
  }
}

/// One category a row.
package struct CategoricalColumn: Sendable {
  package var vocabulary: Vocabulary
  package var codes: [Int32]

  package init(vocabulary: Vocabulary, codes: [Int32]) {
    self.vocabulary = vocabulary
    self.codes = codes
  }
}

/// Users or items: their ids as the file writes them, and their features.
package struct Entities: Sendable {
  package var ids: Vocabulary
  /// What people call them: film titles. Empty when nothing but ids is known.
  package var titles: [String]
  package var features: [Feature]
  /// What the column of their ids is called in the ratings; empty when it has no name.
  package var idName = ""

  package init(ids: Vocabulary, titles: [String] = [], features: [Feature] = []) {
    self.ids = ids
    self.titles = titles
    self.features = features
  }

  package var count: Int { ids.count }

  /// The title if there is one, else the id.
  package func label(_ index: Int) -> String {
    index < titles.count && !titles[index].isEmpty ? titles[index] : ids.names[index]
  }
}

/// One feature of every entity, in the order of their numbers.
package struct Feature: Sendable {
  package enum Values: Sendable {
    /// Any number of categories each: entity `i` has `codes[offsets[i]..<offsets[i + 1]]`. A plain
    /// categorical feature has one (or none, where it is unknown).
    case categories(Vocabulary, offsets: [Int32], codes: [Int32])
    /// One number each; NaN where it is unknown.
    case numbers([Float])
  }

  package var name: String
  package var values: Values
  /// How much each category counts beside others of the same entity, in the order of the vocabulary; all alike where
  /// it is empty.
  package var weights: [Float] = []
  /// Whether an unknown number counts as the mean of the known ones of training, rather than as unknown.
  package var fillsWithMean = false

  package init(_ name: String, _ values: Values) {
    self.name = name
    self.values = values
  }
}

extension Feature {
  /// How much a category counts; one that was not there when they were weighed is as rare as the rarest.
  package func weight(of category: Int) -> Float {
    weights.indices.contains(category) ? weights[category] : weights.max() ?? 1
  }

  /// The categories of one entity; none for a number.
  package func categoryNames(of entity: Int) -> [String] {
    guard case .categories(let vocabulary, let offsets, let codes) = values else { return [] }
    return codes[Int(offsets[entity])..<Int(offsets[entity + 1])].map {
      vocabulary.names[Int($0)]
    }
  }

  /// The value of one entity as people read it.
  package func spelling(of entity: Int) -> String {
    switch values {
    case .categories:
      let known = categoryNames(of: entity)
      return known.isEmpty ? "unknown" : known.joined(separator: ", ")
    case .numbers(let numbers):
      let number = numbers[entity]
      guard number.isFinite else { return "unknown" }
      return Int(exactly: number).map { "\($0)" } ?? "\(number)"
    }
  }
}

extension Interactions {
  /// The column of that name.
  ///
  /// - Parameter argument: what of the call is to blame when there is none.
  func column(_ name: String, argument: String) throws(DatasetError) -> CategoricalColumn {
    if let column = columns[name] { return column }
    let known = columns.keys.sorted()
    throw DatasetError(
      "the data have no column `\(name)`",
      help: ["columns: " + (known.isEmpty ? "none" : known.joined(separator: ", "))],
      suggestions: suggestions(for: name, among: known), argument: argument, code: "E0521")
  }
}
