/// A call with several values for some of its options: a search space (grid, or ranges to draw from).
package struct Sweep: Sendable {
  /// The most runs of a grid; more are taken for a mistake.
  package static let mostRuns = 1000

  /// One dimension of the search space: an option that varies.
  package struct Dimension: Sendable {
    package enum Choices: Sendable {
      case values([Value])
      /// All numbers between two ends, both included; only drawn from.
      case interval(Double, Double, isWhole: Bool)
    }

    /// The place of the argument in the call.
    fileprivate let place: Int
    package let key: String
    package let choices: Choices

    /// How many values there are; nil when they cannot be counted.
    package var count: Int? {
      switch choices {
      case .values(let values): values.count
      case .interval(let low, let high, let isWhole):
        isWhole ? Int(high.rounded(.down) - low.rounded(.up)) + 1 : nil
      }
    }

    /// The value with that index. Precondition: they can be counted.
    package func value(_ number: Int) -> Value {
      switch choices {
      case .values(let values): values[number]
      case .interval(let low, _, _): .number(low.rounded(.up) + Double(number))
      }
    }

    /// A few values that, if they fit, show that all do.
    fileprivate var representatives: [Value] {
      switch choices {
      case .values(let values): values
      case .interval(let low, let high, _): [.number(low), .number(high)]
      }
    }
  }

  package let dimensions: [Dimension]
  package let arguments: [Argument]
  /// What is wrong with the lists and ranges themselves.
  package private(set) var problems: [(argument: Int?, problem: Problem)] = []

  /// Nil when no option holds a list or a range that only its elements fit.
  ///
  /// - Parameter drawing: whether a range without a step stands for every number between its ends.
  package init?(_ bound: BoundArguments, drawing: Bool = false) {
    arguments = bound.arguments
    var dimensions: [Dimension] = []
    let unfit = Set(bound.binding.problems.compactMap(\.argument))
    for (place, argument) in arguments.enumerated() {
      guard let key = argument.key, let value = argument.value, unfit.contains(place),
        let first = value.elements?.first
      else { continue }
      var choices = Dimension.Choices.values(value.elements ?? [])
      if case .range(let low, let high, step: 1) = value, low < high {
        if drawing {
          choices = .interval(low, high, isWhole: !Sweep.takesFractions(bound, place))
        } else if low + 1 > high {
          problems.append((place, Sweep.single(key, first, low, high)))
        }
      }
      dimensions.append(Dimension(place: place, key: key, choices: choices))
    }
    guard !dimensions.isEmpty else { return nil }
    self.dimensions = dimensions
  }

  private static func takesFractions(_ bound: BoundArguments, _ place: Int) -> Bool {
    var argument = bound.arguments[place]
    guard case .range(let low, let high, _)? = argument.value else { return false }
    // Probes with a fraction from the range, which a parameter for whole numbers refuses with E0301.
    let between = low.rounded(.down) + 0.5
    argument.value = .number(between > low && between < high ? between : (low + high) / 2)
    return bound.binding.judges[place]?.problem(argument)?.code != "E0301"
  }

  private static func single(_ key: String, _ value: Value, _ low: Double, _ high: Double)
    -> Problem
  {
    let range = "\(Number.text(low))..\(Number.text(high))"
    let step = Number.text(low)
    return Problem(
      "E0302", "this range has one value, \(value.text): its step is 1",
      help: ["say the step: \(key)=\(range) step \(step)", "`search random` draws from all of it"])
  }

  /// The names of the options that vary.
  package var keys: [String] { dimensions.map(\.key) }

  /// How many runs there are; nil when they cannot be counted.
  package var count: Int? {
    var count = 1
    for dimension in dimensions {
      guard let own = dimension.count else { return nil }
      let (product, overflow) = count.multipliedReportingOverflow(by: own)
      count = overflow ? .max : product
    }
    return count
  }

  /// The values of the run of that number; the last option varies fastest. Precondition: runs can be
  /// counted.
  package func values(_ number: Int) -> [Value] {
    var rest = number
    return dimensions.reversed().map { dimension in
      let count = dimension.count ?? 1
      defer { rest /= count }
      return dimension.value(rest % count)
    }.reversed()
  }

  /// The arguments of a run.
  package func arguments(_ values: [Value]) -> [Argument] {
    var run = arguments
    for (dimension, value) in zip(dimensions, values) { run[dimension.place].value = value }
    return run
  }

  /// The arguments of a run with the first value of every option.
  package var first: [Argument] { arguments(dimensions.compactMap(\.representatives.first)) }

  /// The first run, and what is wrong with it or with values of other runs, without going through all of
  /// them.
  package func check(
    for type: any Configurable.Type
  ) -> (first: BoundArguments, problems: [(argument: Int?, problem: Problem)]) {
    let usual = dimensions.compactMap(\.representatives.first)
    let first = BoundArguments(first, of: type)
    var problems = first.binding.problems
    for (index, dimension) in dimensions.enumerated() {
      let judge = first.binding.judges[dimension.place]
      for value in dimension.representatives.dropFirst().prefix(Sweep.mostRuns) {
        if let judge, judge.nested == nil {
          let found = judge.problem(Argument(key: dimension.key, value))
          problems += found.map { [(dimension.place, $0)] } ?? []
        } else {
          // The member that a value chooses has options of its own.
          var values = usual
          values[index] = value
          problems += BoundArguments(arguments(values), of: type).binding.problems
        }
      }
    }
    return (first, problems)
  }
}

extension Sweep {
  /// What the result of a sweep has besides that of its best run.
  package static let resultFields = [
    ResultField("runs", .list), ResultField("best", .record(nil)),
  ]

  package static let nothingVaries = Problem(
    "E0306", "nothing varies: every option has one value",
    help: ["give one a list or a range: steps=1..5 inner-lr=[0.01, 0.1]"])
}

/// What the checker has to know of a command that can be a sweep.
package struct SweepForm: Sendable {
  /// Whether a range without a step stands for every number between its ends.
  package var draws: Bool
  /// Whether it makes no sense with one value for every option.
  package var isRequired: Bool
  /// What is wrong with asking for those runs.
  package var problem: @Sendable (Sweep) -> Problem?

  package init(
    draws: Bool, isRequired: Bool, problem: @escaping @Sendable (Sweep) -> Problem?
  ) {
    self.draws = draws
    self.isRequired = isRequired
    self.problem = problem
  }
}
