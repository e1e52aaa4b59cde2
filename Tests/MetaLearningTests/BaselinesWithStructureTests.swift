import Datasets
import Kernels
import MetaLearning
import Models
import TestedKernels
import Testing

/// Sixty users of two tastes and twenty items of two genres: who likes "toys" gives them 5 and books
/// 1, and the other way round. Items 18 and 19 are rated by nobody; users 50… are kept for tests.
enum TwoTastes {
  static let users = 60
  static let items = 20
  static let rated = 18

  static func rating(_ user: Int, _ item: Int) -> Float { user % 2 == item % 2 ? 5 : 1 }

  static let dataset: Dataset = {
    var interactions = Interactions()
    for user in 0..<users {
      for item in 0..<rated {
        interactions.users.append(Int32(user))
        interactions.items.append(Int32(item))
        interactions.ratings.append(rating(user, item))
      }
    }
    let genre = Feature(
      "genre",
      .categories(
        Vocabulary(["toys", "books"]), offsets: (0...Int32(items)).map { $0 },
        codes: (0..<items).map { Int32($0 % 2) }))
    return Dataset(
      name: "two tastes", users: Entities(ids: Vocabulary((0..<users).map { "u\($0)" })),
      items: Entities(ids: Vocabulary((0..<items).map { "i\($0)" }), features: [genre]),
      interactions: interactions, scale: RatingScale(1, 5))
  }()

  static let training = (0..<50).map { user in
    let rows = (Int32(user * rated)..<Int32((user + 1) * rated)).map { $0 }
    return UserTask(
      user: Int32(user), support: Array(rows.dropLast(6)), query: Array(rows.suffix(6)))
  }

  /// A newcomer who likes toys (the even items), by four ratings.
  static let newcomer = UserContext(
    user: nil,
    support: [0, 1, 2, 3].map { .init(item: Int32($0), rating: rating(0, $0)) })

  static func scores<B: Baseline>(_ baseline: B, _ items: [Int32]) -> [Float] {
    baseline.fitted(to: dataset, training: training, key: RandomKey(seed: 5), kernels: .underTest)
      .scores(for: newcomer, items: items)
  }
}

@Suite struct BaselinesWithStructureTests {
  @Test func factorsFoldANewUserIn() {
    let scores = TwoTastes.scores(MatrixFactorization(), [10, 11])
    #expect(scores[0] > 4 && scores[1] < 2)
  }

  @Test func beliefsFoldANewUserIn() {
    let scores = TwoTastes.scores(BayesianFactorization(), [10, 11])
    #expect(scores[0] > 4 && scores[1] < 2)
  }

  /// Nobody rated items 18 and 19: what is expected of their factors comes from their genre alone.
  @Test func beliefsInAnItemThatNobodyRatedAreThoseInItsKind() {
    let scores = TwoTastes.scores(BayesianFactorization(), [18, 19])
    #expect(scores[0] > 3.5 && scores[1] < 2.5)
    var blind = BayesianFactorization()
    blind.features = ["none of them"]
    let unknown = TwoTastes.scores(blind, [18, 19])
    #expect(abs(unknown[0] - unknown[1]) < 1e-4)
  }

  @Test func neighboursCarryATasteOver() {
    let scores = TwoTastes.scores(ItemKNN(), [10, 11])
    #expect(scores[0] > 4.5 && scores[1] < 1.5)
  }

  @Test func contentKnowsItemsThatNobodyRated() {
    let scores = TwoTastes.scores(Content(), [18, 19])
    #expect(scores[0] > 4.5 && scores[1] < 1.5)
  }

  @Test func theBlendFollowsThePartsThatAreRight() {
    // mf, item-knn and content are nearly exact here; content-bias knows no tastes at all.
    let flat = TwoTastes.scores(ContentBias(), [10, 11])
    #expect(abs(flat[0] - flat[1]) < 0.1)
    let scores = TwoTastes.scores(Hybrid(), [10, 11])
    #expect(scores[0] > 4.5 && scores[1] < 1.5)
  }

  /// Nobody rated items 18 and 19, and hardly more can be known of them than their genre.
  @Test func theBlendForNewItemsKnowsThemByTheirKind() {
    var hybrid = Hybrid()
    hybrid.isForNewItems = true
    let scores = TwoTastes.scores(hybrid, [18, 19])
    #expect(scores[0] > scores[1] + 1)
  }

  /// One category each: w = Σ(r − μ − b_u) / (n + λ), by hand in one pass.
  @Test func aCategoryDeviatesByItsShrunkMean() {
    let genre = Feature(
      "genre",
      .categories(Vocabulary(["a", "b"]), offsets: [0, 1, 2, 3], codes: [0, 0, 1]))
    let dataset = Dataset(
      name: "toy", users: Entities(ids: Vocabulary(["u", "v"])),
      items: Entities(ids: Vocabulary(["x", "y", "z"]), features: [genre]),
      interactions: Interactions(users: [0, 1], items: [0, 2], ratings: [5, 3]),
      scale: RatingScale(1, 5))
    var baseline = ContentBias()
    baseline.passes = 1
    baseline.penalty = 1
    let fitted = baseline.fitted(
      to: dataset,
      training: [
        UserTask(user: 0, support: [0], query: []),
        UserTask(user: 1, support: [1], query: []),
      ], key: RandomKey(seed: 1), kernels: .underTest)
    let scores = fitted.scores(for: UserContext(user: nil, support: []), items: [0, 1, 2])
    // μ = 4; first b_u = ±1/6, so the category of x and y gets (1 − 1/6) / (1 + 1).
    let weight = Float(5.0 / 12)
    for (score, expected) in zip(scores, [4 + weight, 4 + weight, 4 - weight]) {
      #expect(abs(score - expected) < 1e-6)
    }
  }

  @Test func featuresCanBeChosen() {
    var baseline = Content()
    baseline.features = ["brand"]
    let scores = TwoTastes.scores(baseline, [18, 19])
    #expect(scores[0] == scores[1])
  }

  @Test func theRidgeSolvesItsNormalEquations() {
    var stream = RandomKey(seed: 2).stream
    let size = 5
    let rows = (0..<12).map { _ in (0..<size).map { _ in stream.normal() } }
    let targets = rows.map { _ in stream.normal() }
    var system = RidgeSystem(size: size, penalty: 0.3)
    for (row, target) in zip(rows, targets) {
      row.withUnsafeBufferPointer { system.add($0, at: 0, value: target) }
    }
    let weights = system.solution()
    for i in 0..<size {
      // Σ x_i (x · w − y) + λ w_i = 0
      var gradient = 0.3 * weights[i]
      for (row, target) in zip(rows, targets) {
        let prediction = zip(row, weights).reduce(0) { $0 + $1.0 * $1.1 }
        gradient += row[i] * (prediction - target)
      }
      #expect(abs(gradient) < 1e-10)
    }
  }
}
