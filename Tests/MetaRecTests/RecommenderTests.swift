import MetaRec
import Testing

/// Trained models as values.
@Suite struct RecommenderTests {
  @Test func itRanksAsTheScriptDoes() throws {
    let lab = try World.trained()
    try lab.perform("adapt new i2=4 i5=1; let t = topk 7")
    let top = try lab.recommender().adapted(to: ["i5": 1, "i2": 4]).top(7)
    // The data name i5 before i2, and a sum in another order may differ in its last bit.
    #expect(Set(try lab["t"]["items"].texts) == Set(top.map(\.item)))
    try lab.perform("adapt user u3; let t = topk 7")
    let known = try lab.recommender().adapted(to: [:], user: "u3")
    #expect(try lab["t"]["items"].texts == known.top(7).map(\.item))
    // What is printed is the shortest number that is the same score.
    let listed = try lab["t"]["scores"].numbers.map { Float($0) }
    let ranked = try known.top(7).map { Float($0.score) }
    #expect(listed == ranked)
    #expect(try known.scores(of: known.top(7).map(\.item)) == known.top(7).map(\.score))
  }

  @Test func manyTasksAtOnceGetWhatEachWouldGetAlone() async throws {
    let model = try World.trained().recommender()
    @Sendable func list(_ user: Int) throws -> [AdaptedRecommender.Ranked] {
      try model.adapted(to: ["i\(user % 30)": 5, "i\((user + 3) % 30)": 1], features: ["age": 33])
        .top(10)
    }
    let alone = try (0..<64).map(list)
    let together = try await withThrowingTaskGroup(of: (Int, [AdaptedRecommender.Ranked]).self) {
      group in
      for user in 0..<64 { group.addTask { (user, try list(user)) } }
      return try await group.reduce(into: alone.map { _ in [] }) { $0[$1.0] = $1.1 }
    }
    #expect(together == alone)
  }

  @Test func featuresOfANewUserCountAsThoseOfAKnownOne() throws {
    let model = try World.trained().recommender()
    let ratings: [String: Double] = ["i2": 4, "i7": 1]
    let young = try model.adapted(to: ratings, features: ["age": 20]).scores(of: model.items)
    let old = try model.adapted(to: ratings, features: ["age": 59]).scores(of: model.items)
    let unknown = try model.adapted(to: ratings).scores(of: model.items)
    #expect(young != old)
    #expect(young != unknown)
  }

  @Test func itStaysAsItIsWhateverTheLaboratoryDoes() throws {
    let lab = try World.trained()
    let model = try lab.recommender()
    let before = try model.adapted(to: ["i1": 5]).top(5)
    try lab.perform("load data; split tasks; meta-train reptile epochs=1")
    #expect(try model.adapted(to: ["i1": 5]).top(5) == before)
  }

  @Test func aModelOfOtherDataIsRefused() throws {
    let lab = try World.trained()
    // The same data again are the same.
    try lab.give(World.interactions())
    #expect(code { _ = try lab.recommender() } == nil)
    try lab.perform("load data")
    #expect(code { _ = try lab.recommender() } == "E0404")
    #expect(code { _ = try Laboratory().recommender() } == "E0402")
  }

  @Test func badInputIsNamed() throws {
    let model = try World.trained().recommender()
    #expect(code { _ = try model.adapted(to: ["i99": 5]) } == "E0502")
    #expect(code { _ = try model.adapted(to: [:], user: "nobody") } == "E0502")
    for rating in [0, 6, .nan, .infinity, -.infinity, 1e300] {
      #expect(code { _ = try model.adapted(to: ["i1": rating]) } == "E0302", "\(rating)")
    }
    #expect(code { _ = try model.adapted(to: [:], features: ["agee": 3]) } == "E0521")
    #expect(code { _ = try model.adapted(to: [:], features: ["age": "old"]) } == "E0510")
    #expect(code { _ = try model.adapted(to: [:], features: ["age": .number(.nan)]) } == "E0510")
    #expect(code { _ = try model.adapted(to: [:], user: "u1", features: ["age": 3]) } == "E0205")
    let adapted = try model.adapted(to: ["i1": 5])
    for count in [0, -1, 31, Int.max, Int.min] {
      #expect(code { _ = try adapted.top(count) } == "E0302", "\(count)")
    }
    #expect(code { _ = try adapted.top(3, threads: 0) } == "E0302")
    #expect(code { _ = try adapted.top(3, among: ["x"]) } == "E0502")
    #expect(code { _ = try adapted.scores(of: ["i1", "x"]) } == "E0502")
    #expect(try adapted.scores(of: []).isEmpty)
    #expect(try adapted.top(3, among: []).isEmpty)
    #expect(try adapted.top(3, among: ["i1"]).isEmpty)
    #expect(try adapted.top(3, seen: true, among: ["i1", "i1"]).count == 1)
    let all = Dictionary(uniqueKeysWithValues: model.items.map { ($0, 3.0) })
    #expect(try model.adapted(to: all).top(5).isEmpty)
  }
}
