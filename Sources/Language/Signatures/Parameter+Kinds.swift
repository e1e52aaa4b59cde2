package typealias Path<Root, Value> = WritableKeyPath<Root, Value> & Sendable

/// Reads a value as `Value`, within bounds.
private func read<T: ArgumentReadable>(
  _ argument: Argument, as type: T.Type, name: String, allowed: (@Sendable (T) -> Bool)?,
  expectation: String
) -> Result<T, Problem>? {
  guard let value = argument.value else { return nil }
  guard let result = T.read(value) else {
    var known = ""
    if case .word(let word) = value { known = word }
    let code = T.namedValues.isEmpty ? "E0301" : "E0303"
    return .failure(
      Problem(
        code, "`\(name)` needs \(expectation)", label: "this is \(value.description)",
        suggestions: suggestions(for: known, among: T.namedValues.map(\.name))))
  }
  if let allowed, !allowed(result) {
    return .failure(
      Problem("E0302", "`\(name)` needs \(expectation)", label: "this is out of range"))
  }
  return .success(result)
}

extension Parameter {
  /// Any place that one readable value can stand in.
  private static func single<T: ArgumentReadable>(
    _ name: String, _ path: Path<Root, T>, _ summary: String, place: ParameterForm.Place,
    isRequired: Bool, expectation: String?, completion: CompletionKind,
    allowed: (@Sendable (T) -> Bool)?
  ) -> Parameter {
    let expectation = expectation ?? T.expectation
    return Parameter(
      form: ParameterForm(
        name: name, summary: summary, place: place, isRequired: isRequired,
        expectation: expectation, namedValues: T.namedValues, completion: completion),
      assign: { root, argument in
        switch read(argument, as: T.self, name: name, allowed: allowed, expectation: expectation) {
        case nil: return nil
        case .failure(let problem)?: return problem
        case .success(let value)?:
          root[keyPath: path] = value
          return nil
        }
      },
      defaultText: { $0[keyPath: path].argumentText })
  }

  /// `name=value`.
  package static func option<T: ArgumentReadable>(
    _ name: String, _ path: Path<Root, T>, _ summary: String, isRequired: Bool = false,
    expects: String? = nil, completion: CompletionKind = .nothing,
    where allowed: (@Sendable (T) -> Bool)? = nil
  ) -> Parameter {
    single(
      name, path, summary, place: .option, isRequired: isRequired, expectation: expects,
      completion: completion, allowed: allowed)
  }

  /// `name=value` with bounds, which help and messages name.
  package static func option<T: ArgumentReadable & Comparable>(
    _ name: String, _ path: Path<Root, T>, in bounds: ClosedRange<T>, _ summary: String
  ) -> Parameter {
    single(
      name, path, summary, place: .option, isRequired: false,
      expectation:
        "\(T.expectation) from \(bounds.lowerBound.argumentText) to \(bounds.upperBound.argumentText)",
      completion: .nothing, allowed: { bounds.contains($0) })
  }

  /// `name=value` with bounds, for an option that may be absent.
  package static func option<T: ArgumentReadable & Comparable>(
    _ name: String, _ path: Path<Root, T?>, in bounds: ClosedRange<T>, _ summary: String
  ) -> Parameter {
    single(
      name, path, summary, place: .option, isRequired: false,
      expectation:
        "\(T.expectation) from \(bounds.lowerBound.argumentText) to \(bounds.upperBound.argumentText)",
      completion: .nothing, allowed: { $0.map(bounds.contains) ?? true })
  }

  /// A value without a name.
  package static func positional<T: ArgumentReadable>(
    _ name: String, _ path: Path<Root, T>, _ summary: String, isRequired: Bool = true,
    expects: String? = nil, completion: CompletionKind = .nothing,
    where allowed: (@Sendable (T) -> Bool)? = nil
  ) -> Parameter {
    single(
      name, path, summary, place: .positional, isRequired: isRequired, expectation: expects,
      completion: completion, allowed: allowed)
  }

  /// All remaining values without a name.
  package static func rest<T: ArgumentReadable>(
    _ name: String, _ path: Path<Root, [T]>, _ summary: String, isRequired: Bool = false,
    expects: String? = nil, completion: CompletionKind = .nothing
  ) -> Parameter {
    let expectation = expects ?? T.expectation
    return Parameter(
      form: ParameterForm(
        name: name, summary: summary, place: .rest, isRequired: isRequired,
        expectation: expectation, namedValues: T.namedValues, completion: completion),
      assign: { root, argument in
        switch read(argument, as: T.self, name: name, allowed: nil, expectation: expectation) {
        case nil: return nil
        case .failure(let problem)?: return problem
        case .success(let value)?:
          root[keyPath: path].append(value)
          return nil
        }
      })
  }

  /// All `key=value` whose key is no option.
  package static func pairs<T: ArgumentReadable>(
    _ name: String, _ path: Path<Root, [KeyedValue<T>]>, _ summary: String,
    expects: String? = nil, completion: CompletionKind = .nothing
  ) -> Parameter {
    let expectation = expects ?? T.expectation
    return Parameter(
      form: ParameterForm(
        name: name, summary: summary, place: .pairs, expectation: expectation,
        completion: completion),
      assign: { root, argument in
        let key = argument.key ?? ""
        switch read(argument, as: T.self, name: key, allowed: nil, expectation: expectation) {
        case nil: return nil
        case .failure(let problem)?: return problem
        case .success(let value)?:
          root[keyPath: path].append(KeyedValue(key: key, value: value))
          return nil
        }
      })
  }

  /// A bare word that switches something on by standing there.
  package static func flag(_ name: String, _ path: Path<Root, Bool>, _ summary: String) -> Parameter
  {
    Parameter(
      form: ParameterForm(name: name, summary: summary, place: .flag, expectation: "`\(name)`"),
      assign: { root, _ in
        root[keyPath: path] = true
        return nil
      })
  }

  /// A noun that reads well and may be left out.
  package static func filler(_ name: String) -> Parameter {
    Parameter(
      form: ParameterForm(
        name: name, summary: "may be left out", place: .filler, expectation: "`\(name)`"),
      assign: { _, _ in nil })
  }
}

/// A value with the key it was given under.
package struct KeyedValue<T: Sendable>: Sendable {
  package var key: String
  package var value: T

  package init(key: String, value: T) {
    self.key = key
    self.value = value
  }
}

extension KeyedValue: Equatable where T: Equatable {}
