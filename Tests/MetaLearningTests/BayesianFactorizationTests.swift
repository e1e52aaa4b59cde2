import Datasets
import Kernels
import MetaLearning
import Models
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
    let fitted = baseline.fitted(to: dataset, training: training, key: RandomKey(seed: 3))
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

@Suite struct BayesianFactorizationTests {
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

  @Test func theInverseOfATriangleIsThatOfItsMatrix() {
    let matrix = [4.0, 1, 3, 0.5, -1, 5]
    let inverse = Packed.inverse(matrix, size: 3)
    for column in 0..<3 {
      var unit = [0.0, 0, 0]
      unit[column] = 1
      let back = Packed.product(matrix, Packed.product(inverse, unit))
      for (value, expected) in zip(back, unit) { #expect(abs(value - expected) < 1e-12) }
    }
  }
}
