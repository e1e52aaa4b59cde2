import Synchronization

/// What completes an argument besides its named values.
package enum CompletionKind: Sendable, Equatable {
  case nothing
  case file(extensions: [String])
  /// A file that the command itself writes, in whatever else it reads.
  case writtenFile(extensions: [String])
  case folder
  /// Something the session knows: "user", "item", "column"; "owner" is whose tasks the model is for, "other" what is
  /// rated there.
  case live(String)
}

/// Where and how a parameter is written, in words that help and completion show. Never changed, and
/// shared by all that speak of the parameter.
package final class ParameterForm: Sendable {
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
    /// A noun that may be left out: `model` in `open model "m.safetensors"`.
    case filler
    /// One of several that may be left out, one behind the other in the signature: `user` in `adapt user 42`.
    case noun
  }

  package let name: String
  package let summary: String
  package let place: Place
  package let isRequired: Bool
  package let expectation: String
  package let defaultText: String
  package let namedValues: [NamedValue]
  package let completion: CompletionKind
  /// The catalog a choice picks from.
  package let members: MemberList?
  /// The numbers it takes, where that is all there is to know of them.
  package let numbers: NumberBounds?
  /// What a description stands for that leaves it out, as those do which were written before there was the option;
  /// nil where that is the usual value.
  let absentText: String?
  /// Whether it names a file or folder.
  let isPath: Bool

  package init(
    name: String, summary: String, place: Place, isRequired: Bool = false, expectation: String,
    defaultText: String = "", namedValues: [NamedValue] = [],
    completion: CompletionKind = .nothing, members: MemberList? = nil,
    numbers: NumberBounds? = nil, absentText: String? = nil
  ) {
    self.name = name
    self.summary = summary
    self.place = place
    self.isRequired = isRequired
    self.expectation = expectation
    self.defaultText = defaultText
    self.namedValues = namedValues
    self.completion = completion
    self.members = members
    self.numbers = numbers
    self.absentText = absentText
    isPath = completion.isPath
  }

  /// The same with the value it has when nothing is written, or with the value that a description without it has.
  func with(defaultText: String? = nil, absentText: String? = nil) -> ParameterForm {
    ParameterForm(
      name: name, summary: summary, place: place, isRequired: isRequired,
      expectation: expectation, defaultText: defaultText ?? self.defaultText,
      namedValues: namedValues,
      completion: completion, members: members, numbers: numbers,
      absentText: absentText ?? self.absentText)
  }
}

/// A catalog with its type erased: the names and forms of its members.
package struct MemberList: Sendable {
  package let noun: String
  package let types: [any Configurable.Type]
  package let names: [String]

  package init(noun: String, types: [any Configurable.Type]) {
    self.noun = noun
    self.types = types
    names = types.map { $0.name }
  }

  package var forms: [Form] { types.map { $0.form } }
  /// Every name that can be written, with its meaning.
  package var values: [NamedValue] {
    forms.map { NamedValue($0.name, $0.summary) }
      + types.compactMap { $0 as? any NameFamily.Type }.flatMap { $0.names }
  }

  /// The member of that name.
  package func type(named name: String) -> (any Configurable.Type)? {
    names.firstIndex(of: name).map { types[$0] }
  }
}

/// One argument of a call: its key, if it has one, and its value, unless only running tells it.
package struct Argument: Sendable {
  package var key: String?
  /// Whether the key is written in quotes: it is then no option, where other keys are allowed.
  package var isKeyQuoted: Bool
  package var value: Value?
  /// Whether the value is a word that stands there itself, and not by a name that stands for it.
  package var isWrittenWord = false

  package init(key: String? = nil, isKeyQuoted: Bool = false, _ value: Value?) {
    self.key = key
    self.isKeyQuoted = isKeyQuoted
    self.value = value
  }

  /// An argument as it is written, with the value that it comes to.
  package init(_ written: ArgumentSyntax, _ value: Value?) {
    self.init(key: written.key?.text, isKeyQuoted: written.key?.isQuoted ?? false, value)
    if case .word = written.value.kind { isWrittenWord = true }
  }
}

/// A property of `Root` that a script can set.
package struct Parameter<Root>: Sendable {
  package let form: ParameterForm
  /// What is wrong with the argument, whatever else is given. An unknown value is let pass.
  let problem: @Sendable (Argument) -> Problem?
  /// Puts the argument into the root, or says what is wrong with it.
  let assign: @Sendable (inout Root, Argument) -> Problem?
  let defaultText: @Sendable (Root) -> String
  /// The parameters of the chosen member, for a choice.
  let nested: (@Sendable (Root) -> NestedParameters<Root>)?

  package init(
    form: ParameterForm, problem: @escaping @Sendable (Argument) -> Problem? = { _ in nil },
    assign: @escaping @Sendable (inout Root, Argument) -> Problem?,
    defaultText: @escaping @Sendable (Root) -> String = { _ in "" },
    nested: (@Sendable (Root) -> NestedParameters<Root>)? = nil
  ) {
    self.form = form
    self.problem = problem
    self.assign = assign
    self.defaultText = defaultText
    self.nested = nested
  }

  /// A parameter whose argument is read, be it wrong or not, before anything is done with it.
  ///
  /// - Parameter judging: a quicker way to find the problem that reading would find.
  @inlinable
  package init<T>(
    form: ParameterForm, judging: (@Sendable (Argument, Value) -> Problem?)? = nil,
    reading: @escaping @Sendable (Argument, Value) -> Result<T, Problem>,
    store: @escaping @Sendable (inout Root, T, Argument) -> Void,
    defaultText: @escaping @Sendable (Root) -> String = { _ in "" },
    nested: (@Sendable (Root) -> NestedParameters<Root>)? = nil
  ) {
    self.init(
      form: form,
      problem: { argument in
        guard let value = argument.value else { return nil }
        if let judging { return judging(argument, value) }
        guard case .failure(let problem) = reading(argument, value) else { return nil }
        return problem
      },
      assign: { root, argument in
        guard let value = argument.value else { return nil }
        switch reading(argument, value) {
        case .failure(let problem): return problem
        case .success(let read):
          store(&root, read, argument)
          return nil
        }
      },
      defaultText: defaultText, nested: nested)
  }

  /// The same parameter, with the value that a description has which leaves it out.
  package func absent(_ text: String) -> Parameter {
    Parameter(
      form: form.with(absentText: text), problem: problem, assign: assign, defaultText: defaultText,
      nested: nested)
  }

  /// The same parameter, of a value that has this root as a part.
  package func lifted<Outer>(along path: Path<Outer, Root>) -> Parameter<Outer> {
    lifted(get: { $0[keyPath: path] }, set: { $0[keyPath: path] = $1 })
  }

  /// The same parameter, of a value that contains this root.
  package func lifted<Outer>(
    get: @escaping @Sendable (Outer) -> Root, set: @escaping @Sendable (inout Outer, Root) -> Void
  ) -> Parameter<Outer> {
    var liftedNested: (@Sendable (Outer) -> NestedParameters<Outer>)?
    if let nested {
      let known = NestedParameters<Outer>.Cache()
      liftedNested = { outer in
        let inner = nested(get(outer))
        return known.parameters(of: ObjectIdentifier(inner)) {
          inner.parameters.map { $0.lifted(get: get, set: set) }
        }
      }
    }
    return Parameter<Outer>(
      form: form, problem: problem,
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

/// The parameters of a chosen member, of the value that has the member as a part.
package final class NestedParameters<Root>: Sendable {
  let parameters: [Parameter<Root>]
  /// The same without their type.
  let placed: PlacedParameters

  init(_ parameters: [Parameter<Root>]) {
    self.parameters = parameters
    placed = PlacedParameters(parameters)
  }

  /// Parameters made before; those of one member are always the same.
  final class Cache: Sendable {
    private let known = Mutex<[ObjectIdentifier: NestedParameters]>([:])

    func parameters(
      of member: ObjectIdentifier, _ make: () -> [Parameter<Root>]
    ) -> NestedParameters {
      if let known = known.withLock({ $0[member] }) { return known }
      let made = NestedParameters(make())
      return known.withLock { known in
        let parameters = known[member] ?? made
        known[member] = parameters
        return parameters
      }
    }
  }
}

extension Parameter {
  /// The option's present value as a script would write it.
  package func text(of root: Root) -> String { defaultText(root) }
}
