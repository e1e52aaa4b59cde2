/// Who trusts, follows or is a friend of whom, by ids: an edge a row, from the one who trusts to the other.
package struct Trust: Sendable, Equatable {
  package internal(set) var trusters: [String] = []
  package internal(set) var trusted: [String] = []
  /// How much; above 0.
  package internal(set) var weights: [Float] = []

  package init(trusters: [String] = [], trusted: [String] = [], weights: [Float] = []) {
    (self.trusters, self.trusted, self.weights) = (trusters, trusted, weights)
  }

  package var count: Int { weights.count }
}

/// The friends of every user of some data, by number: those whom they trust and the data know.
package struct Friends: Sendable {
  private let offsets: [Int]
  /// The friends of all users, one user's after the other's, and how much they trust each.
  package let users: [Int32]
  package let weights: [Float]

  /// Edges with an end that the data do not know are left out.
  init(_ trust: Trust, among ids: Vocabulary) {
    var lists = [[(Int32, Float)]](repeating: [], count: ids.count)
    for edge in 0..<trust.count {
      guard let from = ids[trust.trusters[edge]], let to = ids[trust.trusted[edge]] else {
        continue
      }
      lists[from].append((Int32(to), trust.weights[edge]))
    }
    var offsets = [0]
    for list in lists { offsets.append(offsets[offsets.count - 1] + list.count) }
    self.offsets = offsets
    users = lists.flatMap { $0.map(\.0) }
    weights = lists.flatMap { $0.map(\.1) }
  }

  /// The places of a user's friends in `users` and `weights`.
  package func range(_ user: Int) -> Range<Int> { offsets[user]..<offsets[user + 1] }
}

extension Dataset {
  /// Whom each user trusts; nil where nothing of the kind is attached, and where users here are items of the files.
  package var friends: Friends? {
    guard owner == .users, let trust else { return nil }
    return Friends(trust, among: users.ids)
  }
}

extension Dataset {
  /// Takes up who trusts whom. Users get their friends as a feature, and one more for each that these friends have;
  /// returns how many.
  mutating func take(_ trust: Trust, _ friends: Friends? = nil, as name: String = "friends") -> Int
  {
    let features = features(of: friends ?? Friends(trust, among: users.ids), name)
    for feature in features {
      users.features.removeAll { $0.name == feature.name }
      users.features.append(feature)
    }
    self.trust = trust
    return features.count
  }

  private func features(of friends: Friends, _ name: String) -> [Feature] {
    func lists(_ names: (Int) -> [String]) -> [[String]] {
      (0..<users.count).map { user in
        var own: [String] = []
        for place in friends.range(user) {
          for name in names(Int(friends.users[place])) where !own.contains(name) {
            own.append(name)
          }
        }
        return own
      }
    }
    let described = users.features.filter { $0.name != name && !$0.name.hasPrefix(name + ".") }
    return [categories(name, lists { [users.ids.names[$0]] })]
      + described.compactMap { feature in
        guard case .categories = feature.values else { return nil }
        return categories("\(name).\(feature.name)", lists { feature.categoryNames(of: $0) })
      }
  }
}
