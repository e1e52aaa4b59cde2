import Commands
import Datasets
import Language
import MetaLearning
import Models
import Reports

/// Who asks: what a model adapts to, and what is no news to them.
struct Asker: Sendable {
  /// What messages call them; nil for somebody without an id.
  var id: String?
  var kept: KeptAdaptation
  /// The items they have rated.
  var rated: [Int32]
  /// The features of somebody whom the data do not know.
  var person: Entities?
  /// What the model does not know of that.
  var remarks: [String] = []

  var context: UserContext { kept.user }
}

/// What somebody has told of themselves: ratings by the ids of items, and features.
struct Told: Sendable {
  struct Rating: Sendable {
    var item: String
    var value: Float
    /// Seconds since 1970, where they are known.
    var time: Int64?
  }

  /// The last one of each item.
  private(set) var ratings: [Rating] = []
  /// Where in them an item is.
  private var places: [String: Int] = [:]
  var features: [String: ToldValue] = [:]

  mutating func add(_ rating: Rating) {
    if let place = places[rating.item] {
      ratings[place] = rating
    } else {
      places[rating.item] = ratings.count
      ratings.append(rating)
    }
  }

  /// Takes what was told later.
  mutating func add(_ later: Told) {
    for rating in later.ratings { add(rating) }
    features.merge(later.features) { $1 }
  }

  /// What `ratings`, `likes` and `features` of a request say.
  init(_ body: JSON, time: Int64? = nil) {
    if case .object(let members)? = body["ratings"] {
      for member in members {
        guard let value = member.value.number else { continue }
        add(Rating(item: member.name, value: Float(value), time: time))
      }
    }
    for item in (body["likes"]?.array ?? []).compactMap(\.string) {
      add(Rating(item: item, value: 1, time: time))
    }
    features = Told.features(body["features"])
  }

  init() {}

  static func features(_ value: JSON?) -> [String: ToldValue] {
    guard case .object(let members)? = value else { return [:] }
    var features: [String: ToldValue] = [:]
    for member in members {
      switch member.value {
      case .number(let number): features[member.name] = .number(number)
      case .string(let text): features[member.name] = .text(text)
      case .array(let values): features[member.name] = .list(values.compactMap(\.string))
      default: break
      }
    }
    return features
  }
}

extension UserContext {
  /// Takes further ratings; of an item that is rated already the new one counts. The same ratings give the same bits,
  /// in whatever order they come.
  mutating func learn(_ given: [Rating]) {
    guard !given.isEmpty else { return }
    let news = Set(given.map(\.item))
    support.removeAll { news.contains($0.item) }
    let order = given.indices.sorted { (given[$0].item, $0) < (given[$1].item, $1) }
    support += order.map { given[$0] }
  }
}

extension Served {
  /// Somebody who tells all there is to know of them, or a known user who tells more.
  ///
  /// - Parameter known: the user, if they are known.
  func asker(telling told: Told, known: Asker?, at pointer: String) throws(Problem) -> Asker {
    guard known == nil || told.features.isEmpty else {
      throw Problem(
        422, "E0205", "the features of a known user are known",
        help: ["leave out `user` or `features`"], at: pointer + "/features")
    }
    var given: [UserContext.Rating] = []
    for rating in told.ratings {
      let number = try item(rating.item, at: pointer + self.pointer(to: rating.item))
      given.append(self.known.rating(of: number, rating.value, seconds: rating.time))
    }
    var context = known?.context ?? UserContext(user: nil, support: [])
    context.learn(given)
    let newcomer =
      told.features.isEmpty ? nil : try newcomer(told.features, at: pointer + "/features")
    if let newcomer { context.person = model.problem.encoder.codes(of: newcomer.person) }
    return Asker(
      id: known?.id, kept: model.kept(for: context),
      rated: (known?.rated ?? []) + given.map(\.item),
      person: newcomer?.person ?? known?.person, remarks: newcomer?.remarks ?? [])
  }

  /// Where a rating of an item stands in a request.
  func pointer(to item: String) -> String {
    known.data.feedback == .ratings ? "/ratings/" + escaped(item) : "/likes"
  }

  func newcomer(
    _ features: [String: ToldValue], at pointer: String
  ) throws(Problem) -> Newcomer {
    do {
      return try Newcomer(features, known.data, model)
    } catch {
      throw Problem(error, at: pointer)
    }
  }

  /// The number of an item that a request names.
  func item(_ id: String, at pointer: String) throws(Problem) -> Int32 {
    if let number = known.item(id) { return number }
    throw Problem(
      404, "E0502", "no item has the id `\(shortened(id))`",
      help: [
        "`GET /items` lists \(counted(known.itemCount, "item")), `GET /items?search=` finds some"
      ],
      at: pointer)
  }
}
