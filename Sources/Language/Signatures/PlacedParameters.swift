/// A list of parameters with the type of their root erased.
struct PlacedParameters: Sendable {
  private(set) var forms: [ParameterForm]
  private(set) var erased: [ErasedParameter]

  init<Root>(_ parameters: [Parameter<Root>]) {
    forms = parameters.map(\.form)
    erased = parameters.map { ErasedParameter($0) }
  }

  mutating func insert(_ others: PlacedParameters, at place: Int) {
    forms.insert(contentsOf: others.forms, at: place)
    erased.insert(contentsOf: others.erased, at: place)
  }
}

/// A parameter with the type of its root erased: the root is given as a pointer, which must be to that type.
final class ErasedParameter: Sendable {
  /// What is wrong with the argument, whatever else is given.
  let problem: @Sendable (Argument) -> Problem?
  /// Puts the argument into the root, or says what is wrong with it.
  let assign: @Sendable (UnsafeMutableRawPointer, Argument) -> Problem?
  /// The parameters of the chosen member, for a choice.
  let nested: (@Sendable (UnsafeMutableRawPointer) -> PlacedParameters)?

  init<Root>(_ parameter: Parameter<Root>) {
    problem = parameter.problem
    let assign = parameter.assign
    self.assign = { root, argument in
      assign(&root.assumingMemoryBound(to: Root.self).pointee, argument)
    }
    if let nested = parameter.nested {
      self.nested = { root in nested(root.assumingMemoryBound(to: Root.self).pointee).placed }
    } else {
      self.nested = nil
    }
  }
}
