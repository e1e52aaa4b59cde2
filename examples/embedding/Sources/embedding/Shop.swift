import MetaRec

/// A made-up shop: 60 users, 30 items, 16 ratings a user.
enum Shop {
  static let users = 60
  static let items = 30

  static var ratings: [(user: Int, item: Int, value: Double)] {
    (0..<users).flatMap { user in
      (0..<16).map { step in
        let item = (user * 7 + step * 11) % items
        return (user, item, Double(1 + (user + item * 3) % 5))
      }
    }
  }

  static var csv: String {
    let rows = ratings.map { "u\($0.user),i\($0.item),\(Int($0.value))\n" }
    return "user,item,rating\n" + rows.joined()
  }

  static func interactions() throws -> Interactions {
    let ratings = ratings
    var data = try Interactions(
      users: ratings.map { "u\($0.user)" }, items: ratings.map { "i\($0.item)" },
      values: ratings.map(\.value), scale: 1...5, name: "the shop")
    let ages = (0..<users).map { ("u\($0)", Value.number(Double(20 + $0 % 40))) }
    try data.addFeature("age", of: .user, Dictionary(uniqueKeysWithValues: ages))
    let titles = (0..<items).map { ("i\($0)", "Toy no. \($0)") }
    try data.addTitles(Dictionary(uniqueKeysWithValues: titles))
    return data
  }
}
