import Language

/// `search random`: with few options that matter, random values find them faster than a grid
/// (Bergstra and Bengio 2012).
package struct RandomSearch: DrawingSearch {
  package var count = 20

  package init() {}

  package static let signature = Signature<Self>(
    "random", "Trains with values drawn at random from lists and ranges.",
    details: """
      A range without a step stands for all numbers between its ends: whole ones for an option that takes \
      those. One that spans a factor of ten or more is drawn from by its logarithm: inner-lr=0.001..1.
      """,
    [.option("n", \.count, in: 1...Sweep.mostRuns, "how many runs")],
    examples: [Example("search random n=3 maml steps=1..3 inner-lr=0.01..0.5 epochs=1")])
}
