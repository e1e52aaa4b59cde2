/// What completes an argument besides its named values.
package enum CompletionKind: Sendable, Equatable {
  case nothing
  case file(extensions: [String])
  /// A file that the command itself writes, in whatever else it reads.
  case writtenFile(extensions: [String])
  case folder
  /// Something the session knows: "user", "item", "column".
  case live(String)
}

/// Where and how a parameter is written, in words that help and completion show.
package struct ParameterForm: Sendable {
  package enum Place: Sendable, Equatable {
    /// A value without a name, in order.
    case positional
    /// `name=value`.
    case option
    /// All remaining values without a name.
    case rest
    /// All `key=value` whose key is no option: `50=5 "Heat (1995)"=4`.
    case pairs
    /// The bare word itself, or nothing: `new`.
    case flag
    /// A noun that may be left out: `user` in `adapt user 42`.
    case filler
  }

  package var name: String
  package var summary: String
  package var place: Place
  package var isRequired: Bool = false
  package var expectation: String
  package var defaultText: String = ""
  package var namedValues: [NamedValue] = []
  package var completion: CompletionKind = .nothing
  /// The catalog a choice picks from.
  package var members: MemberList?
}

/// A catalog without its type: names, forms and nothing to make.
package struct MemberList: Sendable {
  package let noun: String
  package let types: [any Configurable.Type]

  package var forms: [Form] { types.map { $0.form } }
  package var names: [String] { types.map { $0.name } }
  /// Every name that can be written, with its meaning.
  package var values: [NamedValue] {
    forms.map { NamedValue($0.name, $0.summary) }
      + types.compactMap { $0 as? any NameFamily.Type }.flatMap { $0.names }
  }
}

/// One argument of a call: its key, if it has one, and its value, unless only running tells it.
package struct Argument: Sendable {
  package var key: String?
  package var value: Value?

  package init(key: String? = nil, _ value: Value?) {
    self.key = key
    self.value = value
  }
}

/// A property of `Root` that a script can set.
package struct Parameter<Root>: Sendable {
  package let form: ParameterForm
  /// Puts the argument into the root, or says what is wrong with it. An unknown value is let pass.
  let assign: @Sendable (inout Root, Argument) -> Problem?
  let defaultText: @Sendable (Root) -> String
  /// The parameters of the chosen member, for a choice.
  let nested: (@Sendable (Root) -> [Parameter<Root>])?

  init(
    form: ParameterForm, assign: @escaping @Sendable (inout Root, Argument) -> Problem?,
    defaultText: @escaping @Sendable (Root) -> String = { _ in "" },
    nested: (@Sendable (Root) -> [Parameter<Root>])? = nil
  ) {
    self.form = form
    self.assign = assign
    self.defaultText = defaultText
    self.nested = nested
  }

  /// The same parameter, of a value that has this root as a part.
  package func lifted<Outer>(along path: Path<Outer, Root>) -> Parameter<Outer> {
    lifted(get: { $0[keyPath: path] }, set: { $0[keyPath: path] = $1 })
  }

  /// The same parameter, of a value that contains this root.
  package func lifted<Outer>(
    get: @escaping @Sendable (Outer) -> Root, set: @escaping @Sendable (inout Outer, Root) -> Void
  ) -> Parameter<Outer> {
    var liftedNested: (@Sendable (Outer) -> [Parameter<Outer>])?
    if let nested {
      liftedNested = { outer in nested(get(outer)).map { $0.lifted(get: get, set: set) } }
    }
    return Parameter<Outer>(
      form: form,
      assign: { outer, argument in
        var root = get(outer)
        let problem = assign(&root, argument)
        if problem == nil { set(&outer, root) }
        return problem
      },
      defaultText: { defaultText(get($0)) },
      nested: liftedNested)
  }
}

extension Parameter {
  /// The option's present value as a script would write it.
  package func text(of root: Root) -> String { defaultText(root) }
}
