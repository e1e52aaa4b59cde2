import Kernels

/// How well items are ranked, to choose strengths and weights by: nDCG@20 of items that are all alike.
enum RankingQuality {
  static let cutoff = 20

  /// - Parameters:
  ///   - found: the first items of the list, by their places.
  ///   - asked: how many items should stand there, those that cannot be found among them.
  static func ndcg(_ found: [Int], _ query: Set<Int>, asked: Int) -> Double {
    func gain(_ rank: Int) -> Double { 1 / Elementary.log(Double(rank + 2)) }
    let sum = found.enumerated().reduce(0.0) {
      query.contains($1.element) ? $0 + gain($1.offset) : $0
    }
    return sum / (0..<min(cutoff, asked)).reduce(0.0) { $0 + gain($1) }
  }
}
