/// Everything of one kind that a script can name. Adding a member is one line here and one file.
///
/// `Kind` is the existential type of the members (`any Command`); a test holds that every listed
/// type is of that kind.
package struct Catalog<Kind>: Sendable {
  /// What one member is called in messages: "algorithm".
  package let noun: String
  package let types: [any Configurable.Type]
  package let members: MemberList

  package init(_ noun: String, _ types: [any Configurable.Type]) {
    self.noun = noun
    self.types = types
    members = MemberList(noun: noun, types: types)
  }

  /// The member of that name with its default options. `ndcg@10` is `ndcg` with cutoff 10.
  package func make(_ spelling: String) -> Result<Kind, Problem> {
    let mark = spelling.utf8.firstIndex(of: UInt8(ascii: "@"))
    let name = mark.map { String(spelling[..<$0]) } ?? spelling
    let suffix = mark.map { spelling[$0...] } ?? ""
    guard let type = members.type(named: name) else {
      for family in types.compactMap({ $0 as? any NameFamily.Type }) {
        if let member = family.member(called: spelling) { return .success(listed(member)) }
      }
      let near = suggestions(for: name, among: members.values.map(\.name))
      return .failure(
        Problem(
          "E0202", "no \(noun) is called `\(name)`",
          help: near.isEmpty ? ["known: " + members.names.joined(separator: ", ")] : [],
          suggestions: near.map { $0 + suffix }))
    }
    var member: any Configurable = type.init()
    if mark != nil {
      let digits = suffix.dropFirst()
      let cutoff = Double(digits).map { Value.number($0) } ?? .word(String(digits))
      if let problem = set(option: "cutoff", to: cutoff, of: &member) {
        return .failure(
          problem.code == "E0203"
            ? Problem("E0302", "`\(name)` has no cutoff", suggestions: [name]) : problem)
      }
    }
    return .success(listed(member))
  }
}

/// A member of a catalog that answers to many names besides its own, such as the codes of messages.
package protocol NameFamily: Configurable {
  static var names: [NamedValue] { get }
  static func member(called name: String) -> Self?
}

/// Sets one option of a configurable by its name.
package func set(
  option name: String, to value: Value?, of root: inout any Configurable
) -> Problem? {
  func open<Root: Configurable>(_ concrete: Root) -> (any Configurable, Problem?) {
    var concrete = concrete
    guard let parameter = Root.signature.parameters.first(where: { $0.form.name == name }) else {
      return (concrete, Problem("E0203", "`\(Root.name)` has no option `\(name)`"))
    }
    let problem = parameter.assign(&concrete, Argument(key: name, value))
    return (concrete, problem)
  }
  let (changed, problem) = open(root)
  root = changed
  return problem
}

extension Parameter {
  /// A word that picks a member of a catalog; the member's own options join the line.
  ///
  /// - Parameter otherwise: the member for a value that names none, such as a path.
  package static func choice<Kind>(
    _ name: String, _ path: Path<Root, Kind>, from catalog: Catalog<Kind>, _ summary: String,
    place: ParameterForm.Place = .positional, isRequired: Bool = false,
    completion: CompletionKind = .nothing, otherwise: (@Sendable (Value) -> Kind?)? = nil
  ) -> Parameter {
    choice(
      name, get: { $0[keyPath: path] }, set: { $0[keyPath: path] = $1 }, from: catalog, summary,
      place: place, isRequired: isRequired, completion: completion, otherwise: otherwise)
  }

  /// One member of a catalog and that member's options, or none.
  package static func choice<Kind>(
    _ name: String, _ path: Path<Root, Kind?>, from catalog: Catalog<Kind>, _ summary: String
  ) -> Parameter {
    choice(
      name, get: { $0[keyPath: path] }, set: { $0[keyPath: path] = $1 }, from: catalog, summary,
      place: .option)
  }

  private static func choice<Kind>(
    _ name: String, get: @escaping @Sendable (Root) -> Kind?,
    set: @escaping @Sendable (inout Root, Kind) -> Void, from catalog: Catalog<Kind>,
    _ summary: String, place: ParameterForm.Place, isRequired: Bool = false,
    completion: CompletionKind = .nothing, otherwise: (@Sendable (Value) -> Kind?)? = nil
  ) -> Parameter {
    let known = NestedParameters<Root>.Cache()
    return Parameter(
      form: ParameterForm(
        name: name, summary: summary, place: place, isRequired: isRequired,
        expectation: "the name of \(article(catalog.noun))", completion: completion,
        members: catalog.members),
      assign: { root, argument in
        guard let value = argument.value else { return nil }
        if let member = otherwise?(value) {
          set(&root, member)
          return nil
        }
        guard let word = String.read(value) else {
          return Problem("E0301", "`\(name)` needs the name of \(article(catalog.noun))")
        }
        switch catalog.make(word) {
        case .failure(let problem): return problem
        case .success(let member):
          set(&root, member)
          return nil
        }
      },
      defaultText: { root in
        (get(root) as? any Configurable).map { type(of: $0).name } ?? ""
      },
      nested: { root in
        func open<Member: Configurable>(_ type: Member.Type) -> [Parameter<Root>] {
          Member.signature.parameters.map { parameter in
            parameter.lifted(
              get: { get($0).map { listed($0) } ?? Member() }, set: { set(&$0, listed($1)) })
          }
        }
        guard let member = get(root) as? any Configurable else {
          return NestedParameters([])
        }
        let type = type(of: member)
        return known.parameters(of: ObjectIdentifier(type)) { open(type) }
      })
  }

  /// All remaining words, each a member of a catalog: `evaluate ndcg@10 mae`.
  package static func members<Kind>(
    _ name: String, _ path: Path<Root, [Kind]>, from catalog: Catalog<Kind>, _ summary: String
  ) -> Parameter {
    Parameter(
      form: ParameterForm(
        name: name, summary: summary, place: .rest,
        expectation: "the name of \(article(catalog.noun))", members: catalog.members),
      assign: { root, argument in
        guard let value = argument.value else { return nil }
        var words: [Value] = [value]
        if case .list(let values) = value { words = values }
        for word in words {
          guard let word = String.read(word) else {
            return Problem("E0301", "`\(name)` needs the name of \(article(catalog.noun))")
          }
          switch catalog.make(word) {
          case .failure(let problem): return problem
          case .success(let member): root[keyPath: path].append(member)
          }
        }
        return nil
      })
  }
}

/// The value as the kind its catalog promises; to list a stranger is a mistake of ours.
private func listed<Kind>(_ value: Any) -> Kind {
  guard let value = value as? Kind else {
    preconditionFailure("a catalog lists \(type(of: value)), which is no \(Kind.self)")
  }
  return value
}

/// The noun with its article.
func article(_ noun: String) -> String {
  ("aeiou".contains(noun.first ?? "x") ? "an " : "a ") + noun
}
