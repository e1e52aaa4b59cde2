import Kernels
import Language

/// Generated ratings of users whose tastes move with time: the same on every machine, with a known truth.
///
/// A user's taste is a direction that turns from one that is drawn for them to another one, which has nothing to do
/// with the first, while 1/`drift` years pass; an item is a point near that of its kind.
package struct SyntheticData: DatasetFormat {
  package var drift = 1.0
  package var users = 200
  package var items = 200
  package var ratings = 100
  package var noise = 0.5
  package var friends = 0

  package init() {}

  package static let signature = Signature<Self>(
    "synthetic", "Generated ratings of a year in which tastes move, with a known truth.",
    details: """
      A user rates 3 + what the user and the item deviate + taste · item + noise, rounded, from 1 to 5. The taste turns \
      from one direction to an independent one in 1/drift years; with drift=0 it stays. `load` says by how much \
      one errs who knows all but the noise, which is what a model may come near to. With `friends` a user also \
      trusts some others (`attach trust` takes real trust): of four times as many, drawn at random, those whose \
      tastes at the start of the year are nearest. Needs no file and no network.
      """,
    [
      .option(
        "drift", \.drift, in: 0...100, "how many tastes a user has in a year, one after the other"),
      .option("people", \.users, in: 10...100_000, "how many users"),
      .option("items", \.items, in: 10...100_000, "how many items"),
      .option("ratings", \.ratings, in: 5...10_000, "how many ratings of each user"),
      .option("noise", \.noise, in: 0...5, "the standard deviation of what nobody can know"),
      .option("friends", \.friends, in: 0...1000, "how many others each user trusts"),
    ],
    examples: [
      Example("load synthetic", "tastes that turn once in the year"),
      Example("load synthetic drift=0", "tastes that stay"),
      Example("load synthetic drift=0 friends=8; split tasks; evaluate mae with=[friends]"),
    ])

  package func load(from files: any FileSource) throws -> Dataset {
    guard ratings <= items else {
      throw DatasetError(
        "ratings=\(ratings) of each user are more than the \(counted(items, "item"))",
        help: ["items=\(ratings)"], argument: "ratings", code: "E0520")
    }
    guard friends < users else {
      throw DatasetError(
        "friends=\(friends) of each user are more than the \(counted(users - 1, "other user"))",
        help: ["people=\(friends + 1)"], argument: "friends", code: "E0520")
    }
    return TurningTastes(self).dataset()
  }
}

/// The process that the ratings are drawn from.
private struct TurningTastes {
  private static let kinds = [
    "spring", "summer", "autumn", "winter", "river", "forest", "desert", "island",
  ]
  private static let width = 4
  /// 2022-01-01, and the seconds of a year.
  private static let (start, year) = (Int64(1_640_995_200), 365 * 86_400)

  private let wanted: SyntheticData
  private let key = RandomKey(seed: 2013).derived("synthetic")
  private let points: [[Double]]
  private let qualities: [Double]
  private let kindsOfItems: [Int]

  init(_ wanted: SyntheticData) {
    self.wanted = wanted
    var chance = key.derived("items").stream
    let centres = Self.kinds.map { _ in (0..<Self.width).map { _ in 0.8 * chance.normal() } }
    kindsOfItems = (0..<wanted.items).map { $0 % Self.kinds.count }
    points = kindsOfItems.map { kind in centres[kind].map { $0 + 0.4 * chance.normal() } }
    qualities = points.map { _ in 0.3 * chance.normal() }
  }

  func dataset() -> Dataset {
    var rows = Interactions()
    var error = 0.0
    var early: [[Double]] = []
    for user in 0..<wanted.users where !Cancellation.isRequested {
      var chance = key.derived("user").derived(user).stream
      let level = 3 + 0.3 * chance.normal()
      let tastes = (0..<2).map { _ in (0..<Self.width).map { _ in 0.5 * chance.normal() } }
      early.append(tastes[0])
      let times = (0..<wanted.ratings).map { _ in chance.below(Self.year) }.sorted()
      let items = chance.shuffled(Array(0..<wanted.items)).prefix(wanted.ratings)
      for (time, item) in zip(times, items) {
        let angle = 1.5707963267948966 * wanted.drift * Double(time) / Double(Self.year)
        let (first, second) = (Elementary.cos(angle), Elementary.sin(angle))
        let truth = points[item].indices.reduce(level + qualities[item]) { sum, place in
          sum + (first * tastes[0][place] + second * tastes[1][place]) * points[item][place]
        }
        let rating = max(1, min(5, (truth + wanted.noise * chance.normal()).rounded()))
        error += abs(rating - max(1, min(5, truth)))
        rows.users.append(Int32(user))
        rows.items.append(Int32(item))
        rows.ratings.append(Float(rating))
        rows.times.append(Self.start + Int64(time))
      }
    }
    var data = Dataset(
      name: "synthetic (drift \(Number.text(wanted.drift)))",
      users: Entities(ids: Vocabulary((1...wanted.users).map { "\($0)" })),
      items: Entities(
        ids: Vocabulary((1...wanted.items).map { "\($0)" }),
        features: [categories("kind", kindsOfItems.map { [Self.kinds[$0]] })]),
      interactions: rows, scale: RatingScale(1, 5))
    let mean = (error / Double(max(1, rows.count)) * 1000).rounded() / 1000
    data.remarks = ["who knows all but the noise has a mean absolute error of \(Number.text(mean))"]
    if wanted.friends > 0 { _ = data.take(trust(early)) }
    return data
  }

  /// Of some others, drawn at random, everybody trusts those of the nearest tastes.
  private func trust(_ tastes: [[Double]]) -> Trust {
    func alike(_ a: [Double], _ b: [Double]) -> Double {
      func product(_ a: [Double], _ b: [Double]) -> Double {
        zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
      }
      return product(a, b) / (product(a, a) * product(b, b)).squareRoot()
    }
    var trust = Trust()
    for user in tastes.indices where !Cancellation.isRequested {
      var chance = key.derived("friends").derived(user).stream
      var others: [Int] = []
      while others.count < min(4 * wanted.friends, tastes.count - 1) {
        let other = chance.below(tastes.count)
        if other != user, !others.contains(other) { others.append(other) }
      }
      let nearest = others.map { (other: $0, likeness: alike(tastes[user], tastes[$0])) }
        .sorted { ($1.likeness, $0.other) < ($0.likeness, $1.other) }
      for (friend, _) in nearest.prefix(wanted.friends) {
        trust.trusters.append("\(user + 1)")
        trust.trusted.append("\(friend + 1)")
        trust.weights.append(1)
      }
    }
    return trust
  }
}
