import MetaRec

/// Two laboratories share nothing, and each comes to the bits that it would come to alone.
@Sendable func runTwoAtOnce() async throws {
  @Sendable func error(seed: Int) async throws -> Double {
    let lab = try Laboratory(threads: 2)
    try lab.give(Shop.interactions())
    try await lab.run(
      """
      set seed=\(seed)
      split tasks query=4 valid=0.2 test=0.2
      meta-train maml steps=2 epochs=5
      let r = evaluate mae
      """
    ).outputs()
    return try lab["r"]["mae"].number
  }
  let alone = [try await error(seed: 1), try await error(seed: 2)]
  async let first = error(seed: 1)
  async let second = error(seed: 2)
  let together = [try await first, try await second]
  print("alone \(alone), together \(together)")
  try expect(alone == together, "the same bits")
}
