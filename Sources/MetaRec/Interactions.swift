import Datasets
import Language

/// Ratings of items by users, with what is known of both: data that a host program has in memory.
///
/// Immutable in all but what is added to it; copies share memory. Making one checks everything, so that no
/// laboratory is ever given data it cannot use: errors have E0510 (a value), E0511 (the form of the whole) or
/// E0513 (parts that do not belong together), name the row, counted from 0, and nothing is made.
public struct Interactions: Sendable {
  /// Whose feature something is.
  public enum Side: String, Sendable { case user, item }

  var dataset: Dataset

  /// How many ratings.
  public var count: Int { dataset.interactions.count }
  /// The ids of users and items, each once, in order of first appearance.
  public var userIDs: [String] { dataset.users.ids.names }
  public var itemIDs: [String] { dataset.items.ids.names }
  /// The columns: who rated, what, how, and when (seconds since 1970; empty when not known), a row a rating.
  public var users: [String] { dataset.interactions.users.map { userIDs[Int($0)] } }
  public var items: [String] { dataset.interactions.items.map { itemIDs[Int($0)] } }
  public var values: [Double] { dataset.interactions.ratings.map(Double.init) }
  public var times: [Int64] {
    let rows = dataset.interactions
    return rows.times.indices.map { rows.seconds(of: $0) ?? 0 }
  }
  /// The lowest and the highest rating that can be given.
  public var scale: ClosedRange<Double> { dataset.scale.bounds }

  /// Ratings from columns of equal length, one row a rating.
  ///
  /// - Parameters:
  ///   - users, items: ids, texts or whole numbers; not empty, at most 1000 bytes, without control characters.
  ///   - values: finite ratings, kept in single precision (seven digits).
  ///   - times: seconds since 1970, up to the year 9999; none or one a row.
  ///   - scale: the lowest and highest rating that can be given; from the lowest to the highest value if nil.
  ///   - allowsRepeats: whether a user may have rated an item more than once. `clean dedupe=last` then leaves
  ///     one of them; without it `split` and what follows may report a leak.
  ///   - name: what reports call the data.
  public init<User: LosslessStringConvertible, Item: LosslessStringConvertible>(
    users: [User], items: [Item], values: [Double], times: [Int64] = [],
    scale: ClosedRange<Double>? = nil, allowsRepeats: Bool = false, name: String = "ratings"
  ) throws {
    guard users.count == items.count, users.count == values.count,
      times.isEmpty || times.count == users.count
    else {
      let lengths =
        "\(users.count) users, \(items.count) items, \(values.count) values"
        + (times.isEmpty ? "" : ", \(times.count) times")
      throw LaboratoryError(
        "E0511", "the columns are of different lengths: \(lengths)", help: ["give one row a rating"]
      )
    }
    guard !values.isEmpty else { throw LaboratoryError("E0511", "there are no ratings") }
    guard values.count < Int(Int32.max) else {
      throw LaboratoryError("E0511", "there are more than \(Int32.max - 1) ratings")
    }
    try Self.check(name, "name of the data")
    let (userCodes, userIDs) = try Self.numbered(users, "user")
    let (itemCodes, itemIDs) = try Self.numbered(items, "item")
    let ratings = try reporting { try Self.ratings(values, within: scale) }
    if let row = times.firstIndex(where: { !(0...Self.latest).contains($0) }) {
      throw LaboratoryError(
        "E0510", "the time of row \(row) is \(times[row])", help: ["times are seconds since 1970"])
    }
    let bounds = try reporting {
      scale.map { RatingScale(Float($0.lowerBound), Float($0.upperBound)) }
        ?? RatingScale(spanning: ratings)
    }
    dataset = Dataset(
      name: name, users: Entities(ids: userIDs), items: Entities(ids: itemIDs),
      interactions: Datasets.Interactions(
        users: userCodes, items: itemCodes, ratings: ratings, times: times),
      scale: bounds)
    if !allowsRepeats { try refuseRepeats() }
  }

  init(_ dataset: Dataset) { self.dataset = dataset }

  private func refuseRepeats() throws {
    var seen: [UInt64: Int] = [:]
    seen.reserveCapacity(count)
    let table = dataset.interactions
    for row in 0..<count {
      let pair =
        UInt64(UInt32(bitPattern: table.users[row])) << 32
        | UInt64(UInt32(bitPattern: table.items[row]))
      guard let first = seen.updateValue(row, forKey: pair) else { continue }
      throw LaboratoryError(
        "E0510",
        "user `\(userIDs[Int(table.users[row])])` rates item `\(itemIDs[Int(table.items[row])])` in row "
          + "\(first) and again in row \(row)",
        help: ["`allowsRepeats: true` takes both, and `clean dedupe=last` then leaves one"])
    }
  }

  private static func ratings(
    _ values: [Double], within scale: ClosedRange<Double>?
  ) throws -> [Float] {
    if let scale, !Float(scale.lowerBound).isFinite || !Float(scale.upperBound).isFinite {
      throw LaboratoryError("E0510", "the scale has no end", help: ["both ends are finite numbers"])
    }
    return try values.enumerated().map { row, value in
      let rating = Float(value)
      guard rating.isFinite, rating.magnitude <= highest else {
        throw LaboratoryError(
          "E0510", "the rating of row \(row) is \(value)",
          help: ["ratings are finite numbers, at most \(Number.text(Double(highest))) in size"])
      }
      guard scale?.contains(value) ?? true else {
        throw LaboratoryError(
          "E0510", "the rating of row \(row) is \(value), which is off the scale")
      }
      return rating
    }
  }

  /// The squares of larger ones, summed over many, would leave single precision.
  private static let highest: Float = 1e9
  /// The end of the year 9999: what is later counts milliseconds or something else.
  private static let latest: Int64 = 253_402_300_799
}

// MARK: What is known of users and items

extension Interactions {
  /// Adds a feature of users or items, or replaces the one of that name.
  ///
  /// - Parameters:
  ///   - values: by id; all of them numbers (finite), or all of them texts or lists of texts (categories). Who is
  ///     left out is unknown in it. Ids that have no ratings become further users or items: items that nobody has
  ///     rated are ranked as well.
  /// - Throws: E0510 for a value that is neither, E0513 for an id that cannot be one.
  public mutating func addFeature(_ name: String, of side: Side, _ values: [String: Value]) throws {
    try Self.check(name, "name of the feature")
    var entities = side == .user ? dataset.users : dataset.items
    try Self.add(values.keys.sorted(), to: &entities, side.rawValue)
    let feature = try reporting {
      try Self.feature(name, entities.ids.names.map { values[$0] }, ids: entities.ids.names)
    }
    entities.features.removeAll { $0.name == name }
    entities.features.append(feature)
    if side == .user { dataset.users = entities } else { dataset.items = entities }
  }

  /// Gives items the titles that lists show and that scripts may name them by.
  ///
  /// - Parameter titles: by id; ids that have no ratings become further items.
  /// - Throws: E0513 for an id that cannot be one, E0510 for a title with control characters.
  public mutating func addTitles(_ titles: [String: String]) throws {
    for title in titles.values where !title.isEmpty { try Self.check(title, "title") }
    var entities = dataset.items
    try Self.add(titles.keys.sorted(), to: &entities, Side.item.rawValue)
    entities.titles = entities.ids.names.enumerated().map { place, id in
      titles[id] ?? (place < entities.titles.count ? entities.titles[place] : "")
    }
    dataset.items = entities
  }

  /// Adds those that are not there yet; their values of features that are there are unknown.
  private static func add(_ ids: [String], to entities: inout Entities, _ noun: String) throws {
    for id in ids where entities.ids[id] == nil {
      do { try check(id, "id of the \(noun)") } catch {
        throw LaboratoryError("E0513", error.message)
      }
    }
    entities.extend(with: ids)
  }

  /// A feature of entities in order; nil where it is unknown.
  static func feature(_ name: String, _ values: [Value?], ids: [String]) throws -> Feature {
    let isNumeric = values.contains { if case .number? = $0 { true } else { false } }
    if isNumeric {
      let numbers = try zip(values, ids).map { value, id -> Float in
        guard let value else { return .nan }
        guard case .number(let number) = value, Float(number).isFinite else {
          throw LaboratoryError(
            "E0510", "the feature `\(name)` of `\(id)` is no finite number, as those of others are")
        }
        return Float(number)
      }
      return Feature(name, .numbers(numbers))
    }
    var vocabulary = Vocabulary()
    var (offsets, codes): ([Int32], [Int32]) = ([0], [])
    for (value, id) in zip(values, ids) {
      for category in try categories(value, of: name, id) {
        codes.append(Int32(vocabulary.insert(category)))
      }
      offsets.append(Int32(codes.count))
    }
    return Feature(name, .categories(vocabulary, offsets: offsets, codes: codes))
  }

  private static func categories(_ value: Value?, of name: String, _ id: String) throws -> [String]
  {
    let texts: [String]
    switch value {
    case nil: texts = []
    case .text(let text)?: texts = [text]
    case .truth(let truth)?: texts = [truth ? "yes" : "no"]
    case .list?:
      guard let all = try? value?.texts else { fallthrough }
      texts = all
    default:
      throw LaboratoryError(
        "E0510",
        "the feature `\(name)` of `\(id)` is neither a number nor a text nor a list of texts")
    }
    for text in texts { try check(text, "value of the feature `\(name)`") }
    return texts
  }

  /// The numbers of names in order of first appearance.
  private static func numbered(
    _ names: [some LosslessStringConvertible], _ noun: String
  ) throws -> (codes: [Int32], ids: Vocabulary) {
    var ids = Vocabulary()
    var codes: [Int32] = []
    codes.reserveCapacity(names.count)
    for (row, name) in names.enumerated() {
      let text = name.description
      if let known = ids[text] {
        codes.append(Int32(known))
        continue
      }
      do { try check(text, "\(noun) of row \(row)") }
      codes.append(Int32(ids.insert(text)))
    }
    return (codes, ids)
  }

  /// Names stand in tables and scripts: they are of one line, and of a length that can be shown.
  static func check(_ name: String, _ what: String) throws(LaboratoryError) {
    let shown = name.unicodeScalars.prefix(40).map { $0.value < 32 ? "?" : "\($0)" }.joined()
    func refuse(_ why: String) throws(LaboratoryError) -> Never {
      throw LaboratoryError("E0510", "the \(what), `\(shown)`, \(why)")
    }
    if name.isEmpty { throw LaboratoryError("E0510", "the \(what) is empty") }
    if name.utf8.count > 1000 { try refuse("is longer than 1000 bytes") }
    if name.unicodeScalars.contains(where: { $0.value < 32 || $0.value == 127 }) {
      try refuse("holds a control character")
    }
  }
}
