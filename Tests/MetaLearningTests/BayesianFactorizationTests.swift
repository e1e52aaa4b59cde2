import Datasets
import Kernels
import MetaLearning
import Models
import TestedKernels
import Testing

/// Ratings that come from the model itself: r = 3 + b_u + b_i + z_u · v_i + noise, with two factors and few
/// ratings of each user.
private struct OwnWorld {
  static let noise = 0.5
  let dataset: Dataset
  let training: [UserTask]
  let newcomers: [UserTask]

  init(users: Int, items: Int, ratings: Int) {
    var stream = RandomKey(seed: 11).stream
    func vectors(_ count: Int, _ spread: Double) -> [[Double]] {
      (0..<count).map { _ in
        [0.4 * stream.normal(), spread * stream.normal(), spread * stream.normal()]
      }
    }
    let (userVectors, itemVectors) = (vectors(users, 0.8), vectors(items, 0.8))
    var interactions = Interactions()
    var tasks: [UserTask] = []
    for user in 0..<users {
      let first = Int32(interactions.users.count)
      for item in stream.shuffled(Array(0..<items)).prefix(ratings) {
        let (z, v) = (userVectors[user], itemVectors[item])
        let mean = 3 + z[0] + v[0] + z[1] * v[1] + z[2] * v[2]
        interactions.users.append(Int32(user))
        interactions.items.append(Int32(item))
        interactions.ratings.append(Float(mean + Self.noise * stream.normal()))
      }
      let rows = (first..<first + Int32(ratings)).map { $0 }
      tasks.append(
        UserTask(user: Int32(user), support: Array(rows.dropLast(6)), query: Array(rows.suffix(6))))
    }
    dataset = Dataset(
      name: "own", users: Entities(ids: Vocabulary((0..<users).map { "u\($0)" })),
      items: Entities(ids: Vocabulary((0..<items).map { "i\($0)" })),
      interactions: interactions, scale: RatingScale(-5, 11))
    training = Array(tasks.dropLast(users / 4))
    newcomers = Array(tasks.suffix(users / 4))
  }

  func squaredError(_ baseline: any Baseline) -> Double {
    let fitted = baseline.fitted(
      to: dataset, training: training, key: RandomKey(seed: 3), kernels: .underTest)
    var sum = 0.0
    var count = 0.0
    for task in newcomers {
      let items = task.query.map { dataset.interactions.items[Int($0)] }
      let scores = fitted.scores(for: UserContext(task, in: dataset.interactions), items: items)
      for (row, score) in zip(task.query, scores) {
        let error = Double(dataset.interactions.ratings[Int(row)] - score)
        sum += error * error
        count += 1
      }
    }
    return sum / count
  }
}

/// Ratings by a formula, each user's in one training task; the last two users are kept for tests.
private struct Formula {
  static let (users, items) = (82, 12)
  let dataset: Dataset
  let training: [UserTask]

  init(
    users userFeatures: [Feature] = [], items itemFeatures: [Feature] = [],
    scale: RatingScale = RatingScale(1, 5),
    _ rating: (_ user: Int, _ item: Int) -> Double?
  ) {
    var interactions = Interactions()
    var training: [UserTask] = []
    for user in 0..<Self.users - 2 {
      let first = Int32(interactions.count)
      for item in 0..<Self.items {
        guard let rating = rating(user, item) else { continue }
        interactions.users.append(Int32(user))
        interactions.items.append(Int32(item))
        interactions.ratings.append(Float(rating))
      }
      let rows = (first..<Int32(interactions.count)).map { $0 }
      training.append(UserTask(user: Int32(user), support: rows, query: []))
    }
    func entities(_ count: Int, _ features: [Feature]) -> Entities {
      Entities(ids: Vocabulary((0..<count).map { "\($0)" }), features: features)
    }
    dataset = Dataset(
      name: "formula", users: entities(Self.users, userFeatures),
      items: entities(Self.items, itemFeatures), interactions: interactions,
      scale: scale)
    self.training = training
  }

  /// Whether an entity's number is even, as a feature.
  static func parity(_ count: Int) -> Feature {
    Feature(
      "parity",
      .categories(
        Vocabulary(["even", "odd"]), offsets: (0...Int32(count)).map { $0 },
        codes: (0..<Int32(count)).map { $0 % 2 }))
  }

  func scores(
    _ baseline: some Baseline, user: Int? = nil, _ ratings: [(item: Int, rating: Float)],
    _ items: [Int32]
  ) -> [Float] {
    let context = UserContext(
      user: user.map { Int32($0) },
      support: ratings.map { .init(item: Int32($0.item), rating: $0.rating) })
    return baseline.fitted(
      to: dataset, training: training, key: RandomKey(seed: 2), kernels: .underTest
    )
    .scores(for: context, items: items)
  }
}

@Suite struct BayesianFactorizationTests {
  @Test func aUserWithoutRatingsIsExpectedToBeAsHerKind() {
    let world = Formula(users: [Formula.parity(Formula.users)]) { user, item in
      user % 2 == item % 2 ? 4.5 : 1.5
    }
    let even = world.scores(BayesianFactorization(), user: Formula.users - 2, [], [0, 1])
    let odd = world.scores(BayesianFactorization(), user: Formula.users - 1, [], [0, 1])
    #expect(even[0] > 4 && even[1] < 2)
    #expect(odd[0] < 2 && odd[1] > 4)
    let stranger = world.scores(BayesianFactorization(), [], [0, 1])
    for score in stranger { #expect(abs(score - 3) < 0.5) }
    var blind = BayesianFactorization()
    blind.userFeatures = ["none of them"]
    let unknown = world.scores(blind, user: Formula.users - 2, [], [0, 1])
    #expect(abs(unknown[0] - unknown[1]) < 0.5)
  }

  /// Half of 80 users rate all 12 items by 4, the others by 2. With a shrinkage of 5 their biases are ±b, b = 12/17;
  /// a ridge of 10 on two categories of 40 users expects ±0.8 b.
  @Test func biasesOfMatrixFactorizationAreDrawnTowardsWhatFeaturesExpect() {
    let world = Formula(users: [Formula.parity(Formula.users)]) { user, _ in
      user % 2 == 0 ? 4 : 2
    }
    var factorization = MatrixFactorization()
    factorization.userFeatures = ["parity"]
    // Large enough that nothing is left to factors.
    factorization.penalty = 1e6
    let b = 12.0 / 17
    func score(_ user: Int?, _ ratings: [(item: Int, rating: Float)]) -> Double {
      Double(world.scores(factorization, user: user, ratings, [5])[0])
    }
    #expect(abs(score(Formula.users - 2, []) - (3 + 0.8 * b)) < 1e-4)
    #expect(abs(score(Formula.users - 1, []) - (3 - 0.8 * b)) < 1e-4)
    #expect(abs(score(nil, []) - 3) < 1e-4)
    // What is left of the ratings is noise, what is left of the biases the spread of a new one's.
    let (noise, spread) = ((1 - b) * (1 - b), 1.3 * 0.04 * b * b)
    let expected = 0.8 * b + spread / (spread + noise) * (5 - 3 - 0.8 * b)
    #expect(abs(score(Formula.users - 2, [(0, 5)]) - (3 + expected)) < 1e-4)
    // Features that nobody has change nothing but the prior's strength.
    factorization.userFeatures = []
    #expect(abs(score(Formula.users - 2, []) - 3) < 1e-6)
  }

  /// Everyone rates more of the kind they like; a rating of 3 says nothing itself.
  @Test func whatAUserChoseToRateTellsHerTaste() {
    var stream = RandomKey(seed: 6).stream
    let world = Formula(items: [Formula.parity(Formula.items)]) { user, item in
      guard item < 10 else { return nil }
      if user % 2 == item % 2 { return 4 + stream.normal() }
      return (user / 2 + item / 2) % 5 == 0 ? 2 + stream.normal() : nil
    }
    func preference(_ baseline: BayesianFactorization, rated item: Int) -> Float {
      let scores = world.scores(baseline, [(item, 3)], [4, 5])
      return scores[0] - scores[1]
    }
    #expect(preference(BayesianFactorization(), rated: 2) > 0.2)
    #expect(preference(BayesianFactorization(), rated: 3) < -0.2)
    // Nobody could choose items 10 and 11.
    let new = preference(BayesianFactorization(), rated: 10)
    #expect(abs(new - preference(BayesianFactorization(), rated: 11)) < 0.2)
    var deaf = BayesianFactorization()
    deaf.choicePenalty = 1e6
    let unheard = preference(deaf, rated: 2) - preference(deaf, rated: 3)
    let heard =
      preference(BayesianFactorization(), rated: 2) - preference(BayesianFactorization(), rated: 3)
    #expect(heard > 2 * abs(unheard))
  }

  /// Users differ in their level alone; the ratings of odd items are mostly noise.
  @Test func ratingsThatAreMostlyNoiseCountLess() {
    var stream = RandomKey(seed: 4).stream
    let levels = (0..<Formula.users).map { _ in 0.7 * stream.normal() }
    let world = Formula { user, item in
      3 + levels[user] + (item % 2 == 1 ? 2 : 0.3) * stream.normal()
    }
    let newcomers = (0..<60).map { _ in
      let level = 0.7 * stream.normal()
      let noises = [0.3, 2, 2, 2].map { $0 * stream.normal() }
      return (level, zip([0, 1, 3, 5], noises).map { (item: $0, rating: Float(3 + level + $1)) })
    }
    func squaredError(_ baseline: BayesianFactorization) -> Double {
      newcomers.reduce(0) { sum, newcomer in
        let error = Double(world.scores(baseline, newcomer.1, [2])[0]) - 3 - newcomer.0
        return sum + error * error
      }
    }
    var baseline = BayesianFactorization()
    (baseline.factors, baseline.starts) = (1, 1)
    let own = squaredError(baseline)
    baseline.noisePenalty = 1e9
    #expect(own < 0.7 * squaredError(baseline))
  }

  @Test func onRatingsOfItsOwnModelBeliefsPredictBetterThanNumbers() {
    let world = OwnWorld(users: 160, items: 60, ratings: 24)
    var beliefs = BayesianFactorization()
    beliefs.factors = 4
    beliefs.starts = 2
    var numbers = MatrixFactorization()
    numbers.factors = 4
    let own = world.squaredError(beliefs)
    #expect(own < 0.9 * world.squaredError(numbers))
    #expect(own < 0.5 * world.squaredError(Bias()))
    // No one can predict the noise.
    #expect(own > OwnWorld.noise * OwnWorld.noise)
  }

  @Test func moreRoundsDoNotUndoWhatWasFound() {
    let world = OwnWorld(users: 100, items: 40, ratings: 20)
    var beliefs = BayesianFactorization()
    beliefs.factors = 3
    beliefs.starts = 1
    let early = world.squaredError(beliefs)
    beliefs.sweeps = 100
    #expect(world.squaredError(beliefs) < 1.05 * early)
  }

  /// z = m₀ + (HᵀWH + σ²Λ₀)⁻¹ HᵀW (r − b − Hm₀), with the rows H = (1, z′) and weights W of the items.
  @Test func theBeliefOfANewUserIsTheRidgeSolutionAroundHerPrior() {
    var stream = RandomKey(seed: 8).stream
    var items = GaussianFactors(count: 5, factors: 2) { stream.normal() }
    for item in 0..<5 { items.means[item * 3] = stream.normal() }
    items.covariances = items.covariances.map { _ in 0 }
    items.confidences = [1, 2, 0.5, 1.5, 1]
    var user = GaussianFactors(count: 1, factors: 2) { 0 }
    user.expected = [0.3, -0.2, 0.5]
    user.precision = [4, 1, 3, -0.5, 0.4, 2]
    let ratings = [0, 2, 3, 4].map { (other: $0, value: stream.normal()) }
    let noise = 0.7
    let found = user.posterior(of: 0, ratings, given: items.moments(), noise: noise)

    // The same with full matrices: the system's left side next to its right side.
    let prior = (0..<3).map { i in
      (0..<3).map { j in user.precision[max(i, j) * (max(i, j) + 1) / 2 + min(i, j)] }
    }
    var system = prior.map { row in row.map { $0 * noise } + [0] }
    for (item, value) in ratings {
      let row = [1, items.means[item * 3 + 1], items.means[item * 3 + 2]]
      let error =
        value - items.means[item * 3] - zip(row, user.expected).reduce(0) { $0 + $1.0 * $1.1 }
      for i in 0..<3 {
        for j in 0..<3 { system[i][j] += items.confidences[item] * row[i] * row[j] }
        system[i][3] += items.confidences[item] * row[i] * error
      }
    }
    for pivot in 0..<3 {
      for row in 0..<3 where row != pivot {
        let share = system[row][pivot] / system[pivot][pivot]
        for column in 0..<4 { system[row][column] -= share * system[pivot][column] }
      }
    }
    for index in 0..<3 {
      let solution = user.expected[index] + system[index][3] / system[index][index]
      #expect(abs(found.mean[index] - solution) < 1e-12)
    }
  }

  /// What is expected of both items is below what is just no 4; the noise of one may lift it above.
  @Test func theLessSureRatingIsThePositiveOneWhereNoneIsExpected() {
    var stream = RandomKey(seed: 5).stream
    let world = Formula { user, item in
      ((user + item) % 2 == 0 ? 2.5 : 2.6) + (item % 2 == 1 ? 1.5 : 0.2) * stream.normal()
    }
    var baseline = BayesianFactorization()
    (baseline.factors, baseline.starts) = (1, 1)
    #expect(baseline.predictsRatings)
    baseline.positives = 4
    #expect(!baseline.predictsRatings)
    let scores = world.scores(baseline, [], [0, 1, 2, 3])
    for (sure, unsure) in [(0, 1), (2, 3)] {
      #expect(scores[sure] < scores[unsure] - 1 && scores[unsure] < 0)
    }
    // Nothing is positive, so nothing lies in the middle.
    baseline.positives = 400
    #expect(world.scores(baseline, [], [0, 1]).allSatisfy { $0.isFinite })
  }

  @Test func theScaleOfTheRatingsIsOnlyAScale() {
    func rating(_ user: Int, _ item: Int) -> Double { Double((user * item + user) % 5) }
    let stars = Formula { 1 + rating($0, $1) }
    let shares = Formula(scale: RatingScale(0, 1)) { rating($0, $1) / 4 }
    let baseline = BayesianFactorization()
    let high = stars.scores(baseline, [(0, 5), (3, 2)], [1, 2, 4])
    let low = shares.scores(baseline, [(0, 1), (3, 0.25)], [1, 2, 4])
    for (high, low) in zip(high, low) { #expect(abs(high - (1 + 4 * low)) < 1e-4) }
  }

  @Test func theInverseOfATriangleIsThatOfItsMatrix() {
    let matrix = [4.0, 1, 3, 0.5, -1, 5]
    let inverse = PackedSymmetric.inverse(matrix, size: 3)
    for column in 0..<3 {
      var unit = [0.0, 0, 0]
      unit[column] = 1
      let back = PackedSymmetric.product(matrix, PackedSymmetric.product(inverse, unit))
      for (value, expected) in zip(back, unit) { #expect(abs(value - expected) < 1e-12) }
    }
  }
}
