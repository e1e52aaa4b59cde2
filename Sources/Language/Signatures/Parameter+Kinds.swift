package typealias Path<Root, Value> = WritableKeyPath<Root, Value> & Sendable

/// What is wrong with a value that cannot be read as a `T`.
package func unreadable<T: ArgumentReadable>(
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
  @inlinable
  package static func single<T: ArgumentReadable>(
    _ name: String, _ path: Path<Root, T>, _ summary: String, place: ParameterForm.Place,
    isRequired: Bool, expectation: String?, completion: CompletionKind,
    numbers: NumberBounds? = nil, allowed: (@Sendable (T) -> Bool)?
  ) -> Parameter {
    let expectation = expectation ?? T.expectation
    let numbers = allowed == nil ? T.numbers : numbers
    return Parameter(
      form: ParameterForm(
        name: name, summary: summary, place: place, isRequired: isRequired,
        expectation: expectation, namedValues: T.namedValues, completion: completion,
        numbers: numbers),
      reading: { _, written in
        guard let value = T.read(written) else {
          return .failure(unreadable(written, as: T.self, name: name, expectation: expectation))
        }
        if let allowed, !allowed(value) {
          return .failure(
            Problem("E0302", "`\(name)` needs \(expectation)", label: "this is out of range"))
        }
        return .success(value)
      },
      store: { root, value, _ in root[keyPath: path] = value },
      defaultText: { $0[keyPath: path].argumentText })
  }

  /// `name=value`.
  @inlinable
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
  @inlinable
  package static func option<T: ArgumentReadable & Comparable>(
    _ name: String, _ path: Path<Root, T>, in bounds: ClosedRange<T>, _ summary: String
  ) -> Parameter {
    single(
      name, path, summary, place: .option, isRequired: false,
      expectation:
        "\(T.expectation) from \(bounds.lowerBound.argumentText) to \(bounds.upperBound.argumentText)",
      completion: .nothing, numbers: T.numbers?.within(bounds),
      allowed: { bounds.contains($0) })
  }

  /// `name=value` with bounds, for an option that may be absent.
  @inlinable
  package static func option<T: ArgumentReadable & Comparable>(
    _ name: String, _ path: Path<Root, T?>, in bounds: ClosedRange<T>, _ summary: String
  ) -> Parameter {
    single(
      name, path, summary, place: .option, isRequired: false,
      expectation:
        "\(T.expectation) from \(bounds.lowerBound.argumentText) to \(bounds.upperBound.argumentText)",
      completion: .nothing, numbers: T.numbers?.within(bounds),
      allowed: { $0.map(bounds.contains) ?? true })
  }

  /// A value without a name.
  @inlinable
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
  @inlinable
  package static func rest<T: ArgumentReadable>(
    _ name: String, _ path: Path<Root, [T]>, _ summary: String, isRequired: Bool = false,
    expects: String? = nil, completion: CompletionKind = .nothing
  ) -> Parameter {
    let expectation = expects ?? T.expectation
    return Parameter(
      form: ParameterForm(
        name: name, summary: summary, place: .rest, isRequired: isRequired,
        expectation: expectation, namedValues: T.namedValues, completion: completion),
      reading: { _, written in
        T.read(written).map { .success($0) }
          ?? .failure(unreadable(written, as: T.self, name: name, expectation: expectation))
      },
      store: { root, value, _ in root[keyPath: path].append(value) })
  }

  /// All `key=value` whose key is no option.
  @inlinable
  package static func pairs<T: ArgumentReadable>(
    _ name: String, _ path: Path<Root, [KeyedValue<T>]>, _ summary: String,
    expects: String? = nil, completion: CompletionKind = .nothing
  ) -> Parameter {
    let expectation = expects ?? T.expectation
    return Parameter(
      form: ParameterForm(
        name: name, summary: summary, place: .pairs, expectation: expectation,
        completion: completion),
      reading: { argument, written in
        T.read(written).map { .success($0) }
          ?? .failure(
            unreadable(written, as: T.self, name: argument.key ?? "", expectation: expectation))
      },
      store: { root, value, argument in
        root[keyPath: path].append(
          KeyedValue(key: argument.key ?? "", isQuoted: argument.isKeyQuoted, value: value))
      })
  }

  /// A bare word that switches something on by standing there.
  @inlinable
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

  /// One of several nouns that may be left out, where it matters which is said.
  package static func noun(_ name: String, noting path: Path<Root, Bool>) -> Parameter {
    Parameter(
      form: ParameterForm(
        name: name, summary: "may be left out", place: .noun, expectation: "`\(name)`"),
      assign: { root, _ in
        root[keyPath: path] = true
        return nil
      })
  }
}

/// A value with the key it was given under.
package struct KeyedValue<T: Sendable>: Sendable {
  package var key: String
  /// Whether the key is written in quotes.
  package var isQuoted: Bool
  package var value: T

  package init(key: String, isQuoted: Bool = false, value: T) {
    self.key = key
    self.isQuoted = isQuoted
    self.value = value
  }
}

extension KeyedValue: Equatable where T: Equatable {}
