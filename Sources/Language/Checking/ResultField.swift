/// A field of a result as far as it is known before running. Written as a text it is a number.
package struct ResultField: Sendable, Equatable, ExpressibleByStringLiteral {
  package indirect enum Kind: Sendable, Equatable {
    case number, text, list
    /// Only running tells.
    case unknown
    /// Fields within; nil when only running tells them.
    case record([ResultField]?)
  }

  package var name: String
  package var kind: Kind
  /// What must be there for the field to be.
  package var needs: [Noun]

  package init(_ name: String, _ kind: Kind = .number, needs: [Noun] = []) {
    self.name = name
    self.kind = kind
    self.needs = needs
  }

  package init(stringLiteral name: String) { self.init(name) }
}

extension ResultField {
  /// Everything that it or a field within it needs.
  var allNeeds: [Noun] {
    guard case .record(let fields?) = kind else { return needs }
    return needs + fields.flatMap(\.allNeeds)
  }
}

extension ResultField.Kind {
  /// What a message calls a value of this kind.
  package var description: String { (samples.first ?? .record(Record())).description }

  /// Values of this kind, to try what takes them; none when nothing is known of it.
  var samples: [Value] {
    switch self {
    case .number: [0, 1, 0.5, 2, 10, 1000].map { .number($0) }
    case .text: [.text("x")]
    case .list: [.list([])]
    case .unknown, .record(nil): []
    case .record(let fields?):
      [
        .record(
          Record(fields.map { .init($0.name, $0.kind.samples.first ?? .record(Record())) }))
      ]
    }
  }
}

extension Expression {
  /// Whether it is a field of something, which may be known to be of a kind before its value is.
  var readsFields: Bool {
    if case .variable(_, let fields) = kind { !fields.isEmpty } else { false }
  }
}

extension Evaluator {
  /// The kind of an expression's value where the value itself is not known yet.
  func kind(of expression: Expression) -> ResultField.Kind? {
    guard case .variable(let name, let fields) = expression.kind,
      let variable = variables[name.text], variable.value == nil, let known = variable.fields
    else { return nil }
    var kind = known.kind
    for field in fields {
      guard case .record(let inner?) = kind, let found = known.field(field.text, among: inner)
      else { return nil }
      kind = found.kind
    }
    return kind == .unknown ? nil : kind
  }

  /// Says what is wrong with the fields that are read from a result which is not there yet.
  mutating func follow(_ fields: [Name], in known: KnownFields, of variable: BoundValue) {
    var kind = known.kind
    for (place, field) in fields.enumerated() {
      var owner: String { place == 0 ? variable.origin : "`\(fields[place - 1].text)`" }
      let inner: [ResultField]
      switch kind {
      case .unknown, .record(nil): return
      case .record(let fields?): inner = fields
      case .number, .text, .list:
        report(
          "E0204", "\(owner) has no fields", at: field.range, label: "it is \(kind.description)")
        return
      }
      guard let found = known.field(field.text, among: inner) else {
        unknown(field: field, of: owner, among: known.names(of: inner))
        return
      }
      if let noun = known.lack(of: found) {
        report(
          "E0204", "\(owner) has no field `\(field.text)`: \(noun.absence)", at: field.range,
          help: ["try: \(noun.remedy)"])
        return
      }
      kind = found.kind
    }
  }
}

extension Checker {
  /// Problems of arguments whose values only running tells, but of which the kind is known to fit
  /// nothing that is meant there.
  mutating func misfits(
    _ written: [ArgumentSyntax], _ arguments: [Argument], of type: any Configurable.Type
  ) -> [(argument: Int?, problem: Problem)] {
    guard arguments.contains(where: { $0.value == nil }) else { return [] }
    let evaluator = Evaluator(context.variables)
    return arguments.indices.compactMap { index -> (argument: Int?, problem: Problem)? in
      // Whether a whole result is the one that is meant only running tells.
      guard arguments[index].value == nil,
        case .variable(_, let fields) = written[index].value.kind, !fields.isEmpty,
        let kind = evaluator.kind(of: written[index].value)
      else { return nil }
      let problems = kind.samples.map { sample -> Problem? in
        var trial = arguments
        trial[index].value = sample
        return BoundArguments(trial, of: type).binding.problems
          .first { $0.argument == index }?.problem
      }
      // Which numbers are in bounds is not a matter of kind.
      let misfits = problems.compactMap { $0 }.filter { $0.code != "E0302" }
      guard let first = misfits.first, misfits.count == problems.count else { return nil }
      return (index, first)
    }
  }
}
