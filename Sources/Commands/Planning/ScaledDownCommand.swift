import Datasets
import Language
import MetaLearning
import Models

/// A command with its counts limited for a plan, and the ratio of the work of the whole to that.
struct ScaledDownCommand {
  var command: any Command
  /// The work of the whole relative to the scaled-down command, for each task.
  var work = 1.0
  var rounds = Rounds()
  /// The names of the baselines that it may fit.
  private(set) var fitted: [String] = []

  /// - Parameter modelWork: the work of the session's model relative to the scaled-down one.
  init(_ command: any Command, in session: Session, modelWork: Double) {
    self.command = command
    let feedback = session.feedback
    switch command {
    case let training as MetaTrain:
      let small = training.reduced(in: session)
      self.command = small.command
      work = small.work
    case let evaluation as Evaluate:
      fitted = evaluation.shown(feedback)
      if session.model != nil { work = modelWork }
      guard session.recipe != nil || session.model == nil,
        let count = try? evaluation.rounds(of: session), count > 1
      else { break }
      rounds = Rounds(
        count: count, dealsAnew: evaluation.resplit, rows: evaluation.shown(feedback).count + 1)
      self.command = evaluation.once
    case let comparison as Compare:
      fitted = comparison.order(feedback)
      if session.model != nil { work = modelWork }
    case let test as ABTest: fitted = test.names
    case let audit as Audit:
      let (small, longer) = audit.reduced(for: session.recipe?.command)
      self.command = small
      work = modelWork * longer
    case var drawing as DrawPlot where drawing.plot is PrivacyPlot:
      guard let plot = drawing.plot as? PrivacyPlot else { break }
      let (small, longer) = plot.reduced(for: session.recipe?.command)
      drawing.plot = small
      self.command = drawing
      work = modelWork * longer
    case var drawing as DrawPlot:
      let (plot, ratios) = reduced(drawing.plot)
      drawing.plot = plot
      self.command = drawing
      work = modelWork * ratios.product
    default:
      if session.model != nil { work = modelWork }
    }
  }

  /// Scales a session's named baselines down; returns the ratios of work for those that the command fits.
  func baselines(
    of session: Session
  ) -> (small: NamedSlots<any Baseline>, [(name: String, work: Double)]) {
    var work: [(name: String, work: Double)] = []
    var small = session.namedBaselines
    for (name, baseline) in session.namedBaselines.sorted {
      let (less, ratios) = reduced(baseline)
      guard !ratios.isEmpty else { continue }
      small[name] = less
      guard fitted.contains(name) else { continue }
      // Solving for the factors of an entity takes more than their square.
      let factors = baseline is GradientFactorization ? [] : ratios.filter { $0.name == "factors" }
      work.append((name, (ratios + factors).product))
    }
    return (small, work)
  }
}

/// The rounds of an evaluation with several seeds or splits.
struct Rounds: Equatable {
  var count = 1
  /// Whether each has tasks of its own, so that the baselines are fitted anew.
  var dealsAnew = false
  /// How many recommenders a round judges.
  var rows = 1
}

/// The ratio of a count to the one that is tried.
private typealias Ratio = (name: String, ratio: Double)

extension [Ratio] {
  fileprivate var product: Double { reduce(1) { $0 * $1.ratio } }
}

/// The options that work is proportional to, and the largest value of each that a plan tries.
private let mostTried: [(name: String, most: Int)] = [
  ("embed", 64), ("epochs", 20), ("factors", 16), ("hidden", 256), ("modules", 8), ("starts", 2),
  ("steps", 8), ("sweeps", 20), ("width", 128),
]

/// A member of a catalog with its counts limited, and the ratio of each that was larger.
private func reduced<Kind>(_ member: Kind) -> (small: Kind, ratios: [Ratio]) {
  guard var root = member as? any Configurable else { return (member, []) }
  var ratios: [Ratio] = []
  for (name, most) in mostTried {
    guard let text = optionText(name, of: root) else { continue }
    let counts = text.split(separator: ",").compactMap { Int($0) }
    guard let largest = counts.max(), largest > most else { continue }
    let values = counts.map { Value.number(Double(min($0, most))) }
    let value = values.count > 1 ? Value.list(values) : values[0]
    guard set(option: name, to: value, of: &root) == nil else { continue }
    ratios.append((name, Double(largest) / Double(most)))
  }
  return (root as? Kind ?? member, ratios)
}

extension MetaTrain {
  /// The training with fewer steps of a smaller network, and the ratio of the time of the whole to it.
  fileprivate func reduced(in session: Session) -> (command: MetaTrain, work: Double) {
    var small = self
    let (learner, counts) = Commands.reduced(self.learner)
    let whole = network(in: session)
    let (network, widths) = Commands.reduced(whole)
    small.learner = learner
    guard !widths.isEmpty else { return (small, counts.product) }
    small.ownNetwork = network
    let shape = session.usualShape
    return (small, counts.product * whole.size(shape) / network.size(shape))
  }
}

extension Session {
  /// An estimate of how many inputs a network gets from the data, without embeddings.
  fileprivate var usualShape: InputShape {
    InputShape(
      ownFields: 1 + (data?.items.features.count ?? 0),
      commonFields: 1 + (data?.users.features.count ?? 0), tableRows: 1)
  }
}

extension Network {
  /// How many dense weights it has.
  fileprivate func size(_ shape: InputShape) -> Double {
    blocks(shape).reduce(1) { $0 + ($1.kind == .lookup ? 0 : Double($1.rows * $1.columns)) }
  }
}
