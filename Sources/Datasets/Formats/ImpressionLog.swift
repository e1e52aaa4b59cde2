import Kernels
import Language

/// A generated log of a site that shows items at random, with what was clicked: the same on every machine, with a
/// known truth.
package struct ImpressionLog: DatasetFormat {
  package var users = 20_000
  package var items = 20
  package var impressions = 1
  package var groups = 4
  package var draw = 1

  package init() {}

  package var showsAtRandom: Bool { true }

  package static let signature = Signature<Self>(
    "impressions",
    "A generated log of items shown at random, and whether they were clicked, with a known truth.",
    details: """
      Each user comes once in a year, or as often as is said, and is shown one item each time, drawn among those they have \
      not seen. The \
      rating is 1 for a click and 0 for none. Users are of groups, which are a feature; the logarithm of the odds of a click \
      is -2.2, plus what the item draws, what it draws of the group, and what it draws of the user, which no feature tells. \
      `bandit` compares ways of choosing on it. Needs no file and no network.
      """,
    [
      .option("people", \.users, in: 10...1_000_000, "how many users"),
      .option("items", \.items, in: 2...1000, "how many items"),
      .option("impressions", \.impressions, in: 1...1000, "how many items each user is shown"),
      .option("groups", \.groups, in: 1...50, "how many groups of users there are"),
      .option("draw", \.draw, in: 1...1_000_000, "which of the logs that can be drawn so"),
    ],
    examples: [
      Example("load impressions; bandit thompson"),
      Example("load impressions groups=1", "users who differ in what no feature tells"),
    ])

  package func load(from files: any FileSource) throws -> Dataset {
    guard impressions <= items else {
      throw DatasetError(
        "impressions=\(impressions) of each user are more than the \(counted(items, "item"))",
        help: ["items=\(impressions)"], argument: "impressions", code: "E0520")
    }
    let chances = ClickChances(self)
    var rows = Interactions()
    for user in 0..<users where !Cancellation.isRequested {
      var chance = chances.key.derived("visits").derived(user).stream
      let times = (0..<impressions).map { _ in chance.below(Self.year) }.sorted()
      let shown = chance.shuffled(Array(0..<items)).prefix(impressions)
      for (time, item) in zip(times, shown) {
        rows.users.append(Int32(user))
        rows.items.append(Int32(item))
        rows.ratings.append(chance.uniform() < chances.chance(user: user, item: item) ? 1 : 0)
        rows.times.append(Self.start + Int64(time))
      }
    }
    let groupOfUser = (0..<users).map { ["group \(chances.group(ofUser: $0) + 1)"] }
    var data = Dataset(
      name: "impressions",
      users: Entities(
        ids: Vocabulary((1...users).map { "\($0)" }), features: [categories("group", groupOfUser)]),
      items: Entities(ids: Vocabulary((1...items).map { "\($0)" })),
      interactions: rows, scale: RatingScale(0, 1))
    data.showings = RandomShowings(chances: chances)
    let clicks = rows.ratings.reduce(0.0) { $0 + Double($1) }
    let share = (1000 * clicks / Double(max(1, rows.count))).rounded() / 10
    data.remarks = ["\(Number.text(share)) % of the impressions were clicked"]
    return data
  }

  /// 2023-01-01, and the seconds of a year.
  private static let (start, year) = (Int64(1_672_531_200), 365 * 86_400)
}

/// How likely a user of a generated log clicks an item that they are shown.
package struct ClickChances: Sendable {
  let key: RandomKey
  private let groups: Int
  /// What an item draws, and what it draws of each group beyond that: the logarithm of odds.
  private let attraction: [Double]
  private let ofGroup: [[Double]]

  init(_ log: ImpressionLog) {
    key = RandomKey(seed: UInt64(log.draw)).derived("impressions")
    groups = log.groups
    var chance = key.derived("items").stream
    attraction = (0..<log.items).map { _ in 0.5 * chance.normal() }
    ofGroup = (0..<log.items).map { _ in (0..<log.groups).map { _ in chance.normal() } }
  }

  func group(ofUser user: Int) -> Int {
    var chance = key.derived("groups").derived(user).stream
    return chance.below(groups)
  }

  func chance(user: Int, item: Int) -> Double {
    var own = key.derived("user").derived(user).derived(item).stream
    let odds =
      -2.2 + attraction[item] + ofGroup[item][group(ofUser: user)] + 0.5 * own.normal()
    return 1 / (1 + Elementary.exp(-odds))
  }

  /// The chance by the ids of the log; nil for those that are not in it.
  package func chance(user: String, item: String) -> Double? {
    guard let user = Int(user), let item = Int(item), user >= 1, attraction.indices ~= item - 1
    else { return nil }
    return chance(user: user - 1, item: item - 1)
  }
}
