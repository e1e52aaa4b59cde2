import Language

/// `search successive-halving`: many begin, few finish (Jamieson and Talwalkar 2016).
package struct SuccessiveHalving: DrawingSearch {
  package var count = 27
  package var factor = 3

  package init() {}

  package static let signature = Signature<Self>(
    "successive-halving", "Trains many for a few epochs, and goes on with the best of them only.",
    details: """
      Draws as `random` does. With n=27 eta=3 all 27 train for a 27th of the epochs, the best nine for a \
      ninth, three for a third and one to its end; each goes on where it stood, so that the last one is what \
      `meta-train` alone would have made. Who goes on is decided by the validation loss.
      """,
    [
      .option("n", \.count, in: 2...Sweep.mostRuns, "how many runs begin"),
      .option("eta", \.factor, in: 2...100, "one of how many goes on after a round"),
    ],
    examples: [Example("search successive-halving n=4 eta=2 ridge lr=0.001..0.1 epochs=2")])

  package func problem(with sweep: Sweep) -> Problem? {
    sweep.incomparableLosses(
      help: "choose one loss, or use another way to search: search random n=\(count) by=mae")
  }

  package func rounds(of count: Int) -> [SearchRound] {
    var rounds = [SearchRound(runs: count, share: 1)]
    var rest = count
    while rest >= factor {
      rest /= factor
      for index in rounds.indices { rounds[index].share /= Double(factor) }
      rounds.append(SearchRound(runs: rest, share: 1))
    }
    return rounds
  }
}
