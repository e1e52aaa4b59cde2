import MetaRec

/// A trained model is a value: many tasks adapt it to their users and rank at the same time.
@Sendable func serveManyUsers() async throws {
  let lab = try Laboratory()
  try lab.give(Shop.interactions())
  try lab.perform("split tasks query=4 valid=0.2 test=0.2; meta-train maml steps=2 epochs=5")
  let model = try lab.recommender()
  @Sendable func list(_ user: Int) throws -> [AdaptedRecommender.Ranked] {
    // A user whom the data do not know: two ratings, and their age.
    try model.adapted(
      to: ["i\(user % Shop.items)": 5, "i\((user + 1) % Shop.items)": 1],
      features: ["age": .number(Double(20 + user % 40))]
    ).top(3)
  }
  let lists = try await withThrowingTaskGroup(of: (Int, [AdaptedRecommender.Ranked]).self) {
    group in
    for user in 0..<200 { group.addTask { (user, try list(user)) } }
    return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
  }
  for ranked in lists[0] ?? [] { print("  \(ranked.title): \(ranked.score)") }
  for user in 0..<200 { try expect(try list(user) == lists[user], "the same bits alone") }
}
