import Datasets
import MetaLearning
import Testing

/// Where a blend's predictions pass from one whole rating to the next.
@Suite struct RatingCutsTests {
  /// Scores from 1 to 5; of those at `cut` above a whole rating half of the users rate higher.
  private func judged(cut: Double) -> [JudgedRating] {
    (0..<4000).map { number in
      let score = 1 + 4 * Double(number) / 4000
      // Shares of users who rate higher, from 0 to 1 within a quarter of a rating around the cut.
      let above = score - score.rounded(.down) - cut
      let chance = min(1, max(0, 0.5 + 2 * above))
      let rating = score.rounded(.down) + (Double(number * 7919 % 1000) / 1000 < chance ? 1 : 0)
      return JudgedRating(score: score, rating: rating)
    }
  }

  @Test func aPredictionIsTheHigherRatingFromWhereHalfRateHigher() {
    let cuts = RatingCuts(
      RatingScale(1, 5), known: judged(cut: 0.4), new: judged(cut: 0.7), isNew: [false, true])
    for whole in [2.0, 3] {
      #expect(cuts.nearlyWhole(whole + 0.33, item: 0).rounded() == whole)
      #expect(cuts.nearlyWhole(whole + 0.47, item: 0).rounded() == whole + 1)
      #expect(cuts.nearlyWhole(whole + 0.63, item: 1).rounded() == whole)
      #expect(cuts.nearlyWhole(whole + 0.77, item: 1).rounded() == whole + 1)
    }
  }

  @Test func orderStaysAndWithoutRatingsCutsAreHalves() {
    let scores = (0...600).map { Double($0) / 100 }
    let learned = RatingCuts(
      RatingScale(1, 5), known: judged(cut: 0.4), new: [], isNew: [false, true])
    for item: Int32 in [0, 1] {
      let moved = scores.map { learned.nearlyWhole($0, item: item) }
      #expect(zip(moved, moved.dropFirst()).allSatisfy { $0 < $1 })
    }
    #expect(learned.nearlyWhole(3.49, item: 1).rounded() == 3)
    #expect(learned.nearlyWhole(3.51, item: 1).rounded() == 4)
    // Those of one opinion tell nothing of where another begins.
    let same = Array(repeating: JudgedRating(score: 4, rating: 4), count: 500)
    let alike = RatingCuts(RatingScale(1, 5), known: same, new: [], isNew: [false])
    #expect((1...5).allSatisfy { alike.nearlyWhole(Double($0), item: 0) == Double($0) })
  }
}
