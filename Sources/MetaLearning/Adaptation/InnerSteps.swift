import Kernels
import Language
import Models

/// The options of an algorithm about its inner steps.
package struct InnerSteps: Sendable, Equatable {
  package var count: Int
  package var optimizer = InnerOptimizer.sgd
  package var order: Int
  private var givenRate: Double?

  /// The rate of plain steps where none is given, of ratings and of interactions.
  private let usualRate: Double
  private let usualInteractionRate: Double
  private var givenShrinkage: Double?
  private var usualShrinkage: Double

  package init(
    order: Int = 2, count: Int = 5, usualRate: Double = 0.1, usualInteractionRate: Double = 1,
    usualShrinkage: Double = 5
  ) {
    (self.order, self.count) = (order, count)
    (self.usualRate, self.usualInteractionRate) = (usualRate, usualInteractionRate)
    self.usualShrinkage = usualShrinkage
  }

  /// The inner learning rate; what is usual until one is given.
  package var rate: Double {
    get { givenRate ?? (optimizer == .adam ? 0.01 : usualRate) }
    set { givenRate = newValue }
  }

  /// Ratings' worth of no adaptation: plain steps on n support ratings have n / (n + shrinkage) of the rate, as the
  /// effect of n ratings is shrunk in a random-effects model.
  package var shrinkage: Double {
    get { givenShrinkage ?? usualShrinkage }
    set { givenShrinkage = newValue }
  }

  /// Takes the rate that is usual for interactions, where none is given: the logistic losses are flatter than
  /// squared errors of ratings, and the same steps would hardly move. Drawn negatives are no evidence to shrink by.
  package mutating func settleForInteractions() {
    if givenRate == nil, optimizer == .sgd { givenRate = usualInteractionRate }
    usualShrinkage = 0
  }

  /// The options of an algorithm that has its inner steps at `path`.
  static func parameters<Root>(
    _ path: Path<Root, InnerSteps>, counts: ClosedRange<Int> = 0...1000,
    of steps: String = "inner gradient steps", usualRate: String = "0.1, of interactions 1",
    usualShrinkage: String = "5, of interactions 0", hasOrder: Bool = true
  ) -> [Parameter<Root>] {
    var own: [Parameter<InnerSteps>] = [
      .option("steps", \.count, in: counts, steps),
      .option(
        "inner-lr", \.rate, in: 0...100,
        "inner learning rate; usual \(usualRate), with adam 0.01"),
      .option(
        "shrinkage", \.shrinkage, in: 0...1e6,
        "ratings' worth of no adaptation: n of them move plain steps by n / (n + shrinkage) of inner-lr; usual "
          + usualShrinkage
      )
      .absent("0"),
      .option("inner", \.optimizer, "how the inner steps move"),
    ]
    if hasOrder {
      own.append(
        .option("order", \.order, in: 1...2, "2 differentiates through the steps, 1 does not"))
    }
    return own.map { $0.lifted(along: path) }
  }

  func loop(_ scope: AdaptationScope, _ layout: Layout) -> InnerLoop {
    let rates: InnerLoop.Rates =
      switch optimizer {
      case .sgd: .fixed(Float(rate))
      case .adam: .adam(InnerAdam(rate: Float(rate)))
      }
    return InnerLoop(
      steps: count, rates: rates, shrinkage: Float(shrinkage), order: order, scope: scope, layout)
  }
}

/// The optimiser of the inner loop.
package enum InnerOptimizer: String, ArgumentChoice {
  case sgd, adam

  package var summary: String {
    switch self {
    case .sgd: "plain gradient steps"
    case .adam: "steps scaled by running moments; differentiated through as well"
    }
  }
}

/// An algorithm whose inner steps have options.
package protocol SteppingLearner: SettlingLearner {
  var inner: InnerSteps { get set }
}

/// An algorithm with other usual options where the data are interactions.
package protocol SettlingLearner: GradientLearner {
  /// Takes the options that are usual then, as far as none are given.
  mutating func settleForInteractions()
}

extension SteppingLearner {
  package mutating func settleForInteractions() { inner.settleForInteractions() }

  package var steps: Int {
    get { inner.count }
    set { inner.count = newValue }
  }
  package var innerRate: Double {
    get { inner.rate }
    set { inner.rate = newValue }
  }
  package var order: Int {
    get { inner.order }
    set { inner.order = newValue }
  }
}
