/// A call whose options hold several values each where one is meant: one run for every combination.
package struct Sweep: Sendable {
  /// More runs than this are surely a slip.
  package static let mostRuns = 1000

  /// The arguments that vary, by their places.
  package let varied: [Int]
  private let arguments: [Argument]
  private let values: [[Value]]

  /// Nil when no option holds a list or a range that only its elements fit.
  package init?(_ arguments: [Argument], of type: any Configurable.Type) {
    var trial = arguments
    for (index, argument) in arguments.enumerated() {
      guard argument.key != nil, let first = argument.value?.elements?.first else { continue }
      guard Sweep.problem(with: arguments, at: index, of: type) != nil else { continue }
      trial[index].value = first
    }
    let varied = arguments.indices.filter { trial[$0].value != arguments[$0].value }
    guard !varied.isEmpty else { return nil }
    self.varied = varied
    self.arguments = arguments
    values = varied.map { arguments[$0].value?.elements ?? [] }
  }

  /// What is wrong with one argument of a call.
  private static func problem(
    with arguments: [Argument], at index: Int, of type: any Configurable.Type
  ) -> Problem? {
    var root: any Configurable = type.init()
    return bind(arguments, to: &root).problems.first { $0.argument == index }?.problem
  }

  /// The names of the options that vary.
  package var keys: [String] { varied.map { arguments[$0].key ?? "" } }

  package var count: Int { values.reduce(1) { min($0 * $1.count, Sweep.mostRuns + 1) } }

  /// The arguments of one run; the last option varies fastest.
  package func run(_ number: Int) -> (arguments: [Argument], values: [Value]) {
    var run = arguments
    var chosen: [Value] = []
    var rest = number
    for (place, values) in zip(varied, values).reversed() {
      let value = values[rest % values.count]
      rest /= values.count
      run[place].value = value
      chosen.insert(value, at: 0)
    }
    return (run, chosen)
  }

  /// Calls that together hold every value once, for checking without going through all runs.
  package var representatives: [[Argument]] {
    var calls = [run(0).arguments]
    for (place, values) in zip(varied, values) {
      for value in values.dropFirst() {
        calls.append(run(0).arguments)
        calls[calls.count - 1][place].value = value
      }
    }
    return calls
  }
}
