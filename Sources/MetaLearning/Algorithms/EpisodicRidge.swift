import Datasets
import Kernels
import Language
import Models

/// Ridge regression from a support and a user's features to all other items, in closed form over all draws of
/// supports: `episodic-ease` with what is known of users, and users weighted by how much they took.
package struct EpisodicRidge: ClosedFormLearner {
  package var penalty: Double?
  package var featurePenalty = 100.0
  package var weight = 0.5

  package init() {}

  package static let signature = Signature<Self>(
    "episodic-ridge",
    "Solves at once for how a support and a user's features tell what else the user takes.",
    details: """
      W = (Σ w E[x xᵀ] + λ)⁻¹ Σ w E[x yᵀ] over training users: x is as many of the items as a support has, \
      drawn by chance, the features and a 1; y the other items; E the mean over all draws, in closed form; \
      w = n^weight for n items, 1 in the mean. score = W'x. So each training user is asked what a test user \
      is asked, and one epoch of one step is all of the training: there is no network, rate or gradient. \
      Values of a feature that fewer than ten training users have count as unknown, and of more than 16 \
      numbers eighths of the users are told apart. When `l2` is not given, the best of five on the \
      validation users is taken. It is made for interactions: of ratings x and y are residuals of the \
      items' means, and what is not rated counts as a residual of 0, so that other algorithms predict \
      ratings better. It needs memory for six numbers for each pair of items. After Steck, EASE, WWW 2019, \
      and Hastie et al., The Elements of Statistical Learning, 2009.
      """,
    [
      .option(
        "l2", \.penalty, in: 1e-3...1e9,
        "ridge penalty of items; chosen on validation users if absent"),
      .option(
        "feature-l2", \.featurePenalty, in: 1e-3...1e9,
        "ridge penalty of users' features and of the constant"),
      .option(
        "weight", \.weight, in: -2...2,
        "how much more a training user counts who has more items, as a power of how many"),
    ],
    examples: [
      Example("meta-train episodic-ridge"),
      Example("meta-train episodic-ridge l2=3 feature-l2=300"),
    ])

  package static let penalties = EpisodicEase.penalties

  /// The names of its blocks: what each regressor says of each item, and the items' means.
  private static let (tableName, meansName) = ("episodic-ridge.weights", "episodic-ridge.means")

  /// Rows: an unknown item and all known ones, the values of users' features, and the constant. Columns: the
  /// items again.
  package func blocks(of encoder: FeatureEncoder) -> [WeightBlock] {
    let places = RegressorPlaces(encoder)
    return [
      WeightBlock(
        Self.tableName, rows: places.constant + 1, columns: places.items, kind: .solved, stage: 0,
        scale: 0),
      WeightBlock(Self.meansName, rows: 1, columns: places.items, stage: 0, scale: 0),
    ]
  }

  package func memory(of problem: LearningProblem) -> Double {
    6 * PanelMatrix.bytes(square: RegressorPlaces(problem.encoder).constant + 1)
  }

  package func representation(
    ofItem item: Int32, _ problem: LearningProblem, _ weights: Weights
  ) -> [Float] {
    let row = Int(problem.encoder.identityRow(ofItem: item))
    return weights.view(0).rows(row..<row + 1).array
  }

  package func scores(
    for episode: Episode, _ weights: Weights, in scratch: Scratch
  ) -> Matrix {
    let problem = scratch.problem
    let (table, means) = (weights.view(0), weights.view(1))
    let places = RegressorPlaces(problem.encoder)
    let sums = scratch.zeros(1, places.items)
    func add(_ number: Float, row: Int) {
      scratch.kernels.axpy(number, table.rows(row..<row + 1), sums)
    }
    var seen: Set<Int> = []
    for row in 0..<episode.support.count {
      let place = episode.item(row, of: episode.support)
      let rating = episode.support.ratings[row, 0]
      guard place > 0, seen.insert(place).inserted else { continue }
      if problem.negatives == nil {
        add(problem.target(ofRating: rating) - means[0, place], row: place)
      } else if rating > 0 {
        add(1, row: place)
      }
    }
    if let features = episode.query.common {
      for entry in 0..<Int(features.offsets[features.count]) {
        let row = Int(episode.tableRows[Int(features.indices[entry])])
        add(features.weights[entry], row: places.row(ofFeature: row))
      }
    }
    add(1, row: places.constant)
    let scores = scratch.matrix(episode.query.count, 1)
    for row in 0..<scores.rows {
      let place = episode.item(row, of: episode.query)
      scores[row, 0] = sums[0, place] + means[0, place]
    }
    return scores
  }
}

extension EpisodicRidge {
  package func solution(
    of problem: LearningProblem, for split: TaskSplit, in data: Dataset
  ) -> ClosedFormSolution {
    let rows = split.train.whileWanted(asking: 0x100).flatMap(\.rows)
    let means = problem.itemMeans(data, rows)
    let regressors = UserRegressors(problem.encoder, users: split.train.map(\.user))
    func episodes(_ tasks: [UserTask]) -> EpisodeTable {
      EpisodeTable(tasks, problem, means: means, regressors, in: data.interactions)
    }
    let training = episodes(split.train)
    let system = EpisodeSystem(
      training.products, supports: training.supports, weights: training.weights(power: weight),
      answer: problem.negatives == nil ? .number : .isAmongOthers, kernels: problem.kernels)
    let (items, featurePenalty) = (training.items, Float(featurePenalty))
    func solved(_ penalty: Double) -> PanelMatrix {
      system.solution(problem.kernels) { $0 < items ? Float(penalty) : featurePenalty }
    }
    var weights = Weights(problem.layout)
    weights.mutableView(1).copy(from: means)
    let candidates = penalty.map { [$0] } ?? Self.penalties
    // The middle one, when there is nobody to choose by.
    var best = solved(candidates[candidates.count / 2])
    var choice: String?
    if candidates.count > 1, !split.valid.isEmpty {
      let judged = episodes(split.valid)
      var values = [judged.quality(of: best, problem)]
      var chosen = candidates.count / 2
      for (index, candidate) in candidates.enumerated()
      where index != candidates.count / 2 && !Cancellation.isRequested {
        let other = solved(candidate)
        let value = judged.quality(of: other, problem)
        if value > values.max() ?? -.infinity { (best, chosen) = (other, index) }
        values.append(value)
      }
      choice =
        "l2=\(Number.text(candidates[chosen])), of "
        + candidates.map { Number.text($0) }.joined(separator: ", ")
        + ", by \(judged.measure) on validation users"
    }
    regressors.write(best, items: items, into: weights.mutableView(0), problem.encoder)
    return ClosedFormSolution(weights, choice: choice)
  }
}

/// Where in the rows of the table of weights items, features of users and the constant stand.
struct RegressorPlaces {
  /// The known items and, before them, the unknown one.
  let items: Int
  let constant: Int
  /// The row of the encoder's table that the users' features begin at.
  let features: Int

  init(_ encoder: FeatureEncoder) {
    items = encoder.fields.first { $0.kind == .identity }?.rows ?? 1
    features = encoder.fields.first { $0.side == .user }?.start ?? encoder.tableRows
    constant = items + encoder.tableRows - features
  }

  func row(ofFeature row: Int) -> Int { items + row - features }
}

extension Episode {
  /// The number of a row's item among the known ones, from 1 on; 0 for another.
  fileprivate func item(_ row: Int, of rows: EncodedRows) -> Int {
    guard let own = rows.own else { return 0 }
    return Int(tableRows[Int(own.indices[Int(own.offsets[row * rows.ownFields])])])
  }
}

extension LearningProblem {
  /// The score that a rating stands for.
  func target(ofRating rating: Float) -> Float {
    loss.scores(ofRating: rating, scale: scale, kernels).values[0]
  }

  /// The score of each known item's shrunken mean rating, from 1 on, and first the mean of all; of interactions 0.
  fileprivate func itemMeans(_ data: Dataset, _ rows: [Int32]) -> [Float] {
    var means = [Float](repeating: 0, count: RegressorPlaces(encoder).items)
    guard negatives == nil, !rows.isEmpty else { return means }
    let biases = ItemBiases(BiasFit(TrainingRatings(rows: rows, in: data)))
    let (level, slopes) = loss.scores(ofRating: biases.mean, scale: scale, kernels)
    for place in means.indices { means[place] = level[0] }
    for (item, deviation) in biases.items.enumerated() {
      let place = Int(encoder.identityRow(ofItem: Int32(item)))
      if place > 0 { means[place] = level[0] + slopes[0] * deviation }
    }
    return means
  }
}
