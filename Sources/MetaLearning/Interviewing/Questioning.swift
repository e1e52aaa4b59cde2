import Kernels
import Models

/// One user who is asked about one item after the other.
package struct Questioning: Sendable {
  package struct Question: Sendable, Equatable {
    package var item: Int32
    /// What the policy found it worth to ask.
    package var worth: Float
    /// Their rating, if they have one.
    package var answer: UserContext.Rating?
  }

  private let user: UserContext
  package private(set) var questions: [Question] = []

  /// Asks about `count` items of a pool, or about all if there are fewer.
  ///
  /// - Parameters:
  ///   - answers: their ratings of items of the pool; the others are questions without an answer, which count, too.
  ///   - assumed: the rating that they are taken to give where nobody answers and the next question depends on it.
  package init(
    _ count: Int, of pool: [Int32], to user: UserContext, answers: [Int32: UserContext.Rating],
    assumed: Float? = nil, by policy: any QuestionPolicy, _ recommender: any Recommender,
    threads: Int
  ) throws(ScoreError) {
    self.user = user
    guard policy.heedsAnswers else {
      let best = try recommender.best(
        Swift.min(count, pool.count), of: pool, for: user, threads: threads)
      for (item, score) in best { note(item, score, answers[item]) }
      return
    }
    var pool = pool
    var known = user
    while questions.count < count, !pool.isEmpty, !Cancellation.isRequested {
      guard let best = try recommender.best(1, of: pool, for: known, threads: threads).first else {
        return
      }
      pool.removeAll { $0 == best.item }
      note(best.item, best.score, answers[best.item])
      if let answer = answers[best.item] ?? assumed.map({ .init(item: best.item, rating: $0) }) {
        known.support.append(answer)
      }
    }
  }

  private mutating func note(_ item: Int32, _ worth: Float, _ answer: UserContext.Rating?) {
    questions.append(Question(item: item, worth: worth, answer: answer))
  }

  /// What was known of them after the first questions.
  package func user(after count: Int) -> UserContext {
    var user = user
    user.support = questions.prefix(count).compactMap(\.answer)
    return user
  }

  /// How many of the first questions they could answer.
  package func answered(among count: Int) -> Int {
    questions.prefix(count).count { $0.answer != nil }
  }
}
