import Datasets
import Testing

private func data() -> Dataset {
  Dataset(
    name: "toy",
    users: Entities(
      ids: Vocabulary(["ann", "bob", "cy"]),
      features: [
        Feature(
          "town", .categories(Vocabulary(["A", "B"]), offsets: [0, 1, 2, 2], codes: [0, 1]))
      ]),
    items: Entities(ids: Vocabulary(["x"])),
    interactions: Interactions(users: [0, 1, 2], items: [0, 0, 0], ratings: [1, 2, 3]),
    scale: RatingScale(1, 5))
}

private func attached(
  _ text: String, _ change: (inout TrustAttaching) -> Void = { _ in }
) throws -> (Dataset, TrustAttaching.Outcome) {
  var data = data()
  var attaching = TrustAttaching()
  change(&attaching)
  let outcome = try attaching.attach(FileContents(path: "t.csv", Array(text.utf8)), to: &data)
  return (data, outcome)
}

@Suite struct TrustTests {
  @Test func edgesAreKeptAndStrangersCounted() throws {
    let (data, outcome) = try attached(
      "truster,trusted,weight\nann,bob,0.5\nann,cy,1\ncy,dee,1\neve,ann,0.2\nbob,bob,1\nann,bob,0.7\ncy,bob,0\n"
    )
    #expect(outcome.edges == 4 && outcome.known == 2 && outcome.trusters == 1)
    #expect(outcome.strangers == ["dee", "eve"])
    #expect(outcome.loops == 1 && outcome.repeated == 1)
    let friends = try #require(data.friends)
    #expect(Array(friends.users[friends.range(0)]) == [1, 2])
    #expect(Array(friends.weights[friends.range(0)]) == [0.7, 1])
    #expect(friends.range(1).isEmpty && friends.range(2).isEmpty)
    #expect(data.seen(by: .items).friends == nil)
    let features = data.users.features
    #expect(features.map(\.name) == ["town", "friends", "friends.town"])
    #expect(features[1].categoryNames(of: 0) == ["bob", "cy"])
    #expect(features[2].categoryNames(of: 0) == ["B"])
  }

  @Test(arguments: ["ann bob 1\nbob cy 0.5\n", "ann,bob\nbob,cy\n", "ann\tbob\t1\nbob\tcy\t0.5\n"])
  func aFileMayHaveNoNames(text: String) throws {
    #expect(try attached(text).1.known == 2)
  }

  @Test func trustSaysWhatAModelLearnsFrom() throws {
    let digests = try ["0.5", "0.6"].map {
      try attached("truster,trusted,weight\nann,bob,\($0)\n").0.contentDigest
    }
    #expect(Set(digests + [data().contentDigest]).count == 3)
  }

  @Test(arguments: [("ann,bob,-1", 3), ("ann,,1", 3), ("ann,bob,much", 3)])
  func whatIsNoEdgeIsRefusedWithItsLine(row: String, line: Int) throws {
    let text = "truster,trusted,weight\ncy,bob,1\n\(row)\n"
    do {
      _ = try attached(text)
      Issue.record("\(row) was taken")
    } catch let error as DatasetError {
      #expect(error.line == line && error.code == "E0512", "\(error)")
    }
    #expect(try attached(text) { $0.badRows = .skip }.1.known == 1)
  }

  @Test func aFileAboutOthersIsRefused() {
    #expect(throws: DatasetError.self) { try attached("a,b\nx1,x2\n") }
    #expect(throws: DatasetError.self) { try attached("user\nann\n") }
  }
}

@Suite struct SyntheticTests {
  private func data(_ drift: Double) throws -> Dataset {
    var format = SyntheticData()
    (format.drift, format.users, format.ratings) = (drift, 100, 100)
    return try format.load(from: MemoryFiles([String: [UInt8]]()))
  }

  /// The mean product of what a user's first and last ratings of a kind deviate, over users and kinds.
  private func agreement(_ data: Dataset) -> Double {
    let rows = data.interactions
    let mean = Double(rows.ratings.reduce(0, +)) / Double(rows.count)
    var (sum, count) = (0.0, 0.0)
    for user in 0..<data.users.count {
      let own = rows.users.indices.filter { Int(rows.users[$0]) == user }
      for kind in 0..<8 {
        let alike = own.filter { Int(rows.items[$0]) % 8 == kind }
        guard let first = alike.first, let last = alike.last, first != last else { continue }
        sum += (Double(rows.ratings[first]) - mean) * (Double(rows.ratings[last]) - mean)
        count += 1
      }
    }
    return sum / count
  }

  @Test func tastesMoveWithDriftAlone() throws {
    let (still, moved) = (try data(0), try data(1))
    #expect(agreement(still) > 2 * max(0.02, agreement(moved)))
    #expect(still.contentDigest != moved.contentDigest)
    #expect(try data(1).contentDigest == moved.contentDigest)
    #expect(moved.remarks.first?.contains("mean absolute error") == true)
    let times = moved.interactions.times
    #expect(times[0..<100].elementsEqual(times[0..<100].sorted()))
  }

  @Test func moreRatingsThanItemsAreRefused() {
    var format = SyntheticData()
    (format.items, format.ratings) = (50, 60)
    #expect(throws: DatasetError.self) {
      try format.load(from: MemoryFiles([String: [UInt8]]()))
    }
  }
}

/// Generated data in which users trust others of near tastes.
@Suite struct GeneratedTrustTests {
  private func load(_ friends: Int, people: Int = 60) throws -> Dataset {
    var format = SyntheticData()
    (format.friends, format.users, format.drift) = (friends, people, 0)
    return try format.load(from: MemoryFiles([String: String]()))
  }

  @Test func friendsAreOthersOfNearTastes() throws {
    let data = try load(5)
    let friends = try #require(data.friends)
    #expect(data.users.features.map(\.name) == ["friends"])
    var ratings = Array(repeating: [Int32: Float](), count: data.users.count)
    for row in 0..<data.interactions.count {
      let user = Int(data.interactions.users[row])
      ratings[user][data.interactions.items[row]] = data.interactions.ratings[row]
    }
    func difference(_ a: Int, _ b: Int) -> Float {
      let common = ratings[a].compactMap { item, rating in
        ratings[b][item].map { abs($0 - rating) }
      }
      return common.reduce(0, +) / Float(max(1, common.count))
    }
    var (ofFriends, ofAll) = ([Float](), [Float]())
    for user in 0..<data.users.count {
      let own = friends.range(user).map { Int(friends.users[$0]) }
      #expect(own.count == 5 && Set(own).count == 5 && !own.contains(user))
      ofFriends += own.map { difference(user, $0) }
      ofAll += (0..<data.users.count).filter { $0 != user }.map { difference(user, $0) }
    }
    let means = [ofFriends, ofAll].map { $0.reduce(0, +) / Float($0.count) }
    #expect(means[0] < 0.9 * means[1], "\(means)")
  }

  @Test func ratingsAreTheSameWithFriendsAndWithout() throws {
    let (with, without) = try (load(3), load(0))
    #expect(with.interactions.ratings == without.interactions.ratings)
    #expect(without.trust == nil)
  }

  @Test func nobodyHasMoreFriendsThanThereAreOthers() throws {
    #expect(try load(9, people: 10).trust?.count == 90)
    #expect(throws: DatasetError.self) { try load(10, people: 10) }
  }
}
