package typealias Path<Root, Value> = WritableKeyPath<Root, Value> & Sendable

/// What is wrong with a value that cannot be read as a `T`.
private func unreadable<T: ArgumentReadable>(
  _ value: Value, as type: T.Type, name: String, expectation: String
) -> Problem {
  var known = ""
  if case .word(let word) = value { known = word }
  return Problem(
    T.namedValues.isEmpty ? "E0301" : "E0303", "`\(name)` needs \(expectation)",
    label: "this is \(value.description)",
    suggestions: suggestions(for: known, among: T.namedValues.map(\.name)))
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
        guard let written = argument.value else { return nil }
        guard let value = T.read(written) else {
          return unreadable(written, as: T.self, name: name, expectation: expectation)
        }
        if let allowed, !allowed(value) {
          return Problem("E0302", "`\(name)` needs \(expectation)", label: "this is out of range")
        }
        root[keyPath: path] = value
        return nil
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
        guard let written = argument.value else { return nil }
        guard let value = T.read(written) else {
          return unreadable(written, as: T.self, name: name, expectation: expectation)
        }
        root[keyPath: path].append(value)
        return nil
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
        guard let written = argument.value else { return nil }
        guard let value = T.read(written) else {
          return unreadable(written, as: T.self, name: key, expectation: expectation)
        }
        root[keyPath: path].append(KeyedValue(key: key, value: value))
        return nil
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
