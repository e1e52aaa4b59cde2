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
    guard let type = members.type(named: spelling.withoutCutoff) else {
      for family in types.compactMap({ $0 as? any NameFamily.Type }) {
        if let member = family.member(called: spelling) { return .success(listed(member)) }
      }
      return .failure(unknown(spelling))
    }
    var member: any Configurable = type.init()
    if let problem = member.take(cutoffOf: spelling) { return .failure(problem) }
    return .success(listed(member))
  }

  /// What is wrong with a name of a member, without making it.
  func problem(with spelling: String) -> Problem? {
    if let type = members.type(named: spelling.withoutCutoff) {
      return type.problem(ofCutoffIn: spelling)
    }
    guard case .failure(let problem) = make(spelling) else { return nil }
    return problem
  }

  private func unknown(_ spelling: String) -> Problem {
    let name = spelling.withoutCutoff
    let near = suggestions(for: name, among: members.values.map(\.name))
    return Problem(
      "E0202", "no \(noun) is called `\(name)`",
      help: near.isEmpty ? ["known: " + members.names.joined(separator: ", ")] : [],
      suggestions: near.map { $0 + spelling.dropFirst(name.count) })
  }
}

extension Configurable {
  /// What is wrong with the cutoff of a name, if it has one.
  fileprivate static func problem(ofCutoffIn spelling: String) -> Problem? {
    guard let cutoff = spelling.cutoff else { return nil }
    guard let parameter = cutoffParameter else { return hasNoCutoff }
    return parameter.problem(Argument(key: parameter.form.name, cutoff))
  }

  /// Takes the cutoff of a name, if it has one.
  fileprivate mutating func take(cutoffOf spelling: String) -> Problem? {
    guard let cutoff = spelling.cutoff else { return nil }
    guard let parameter = Self.cutoffParameter else { return Self.hasNoCutoff }
    return parameter.assign(&self, Argument(key: parameter.form.name, cutoff))
  }

  static var cutoffParameter: Parameter<Self>? {
    signature.parameters.first { $0.form.name == "cutoff" }
  }

  private static var hasNoCutoff: Problem {
    Problem("E0302", "`\(name)` has no cutoff", suggestions: [name])
  }
}

extension String {
  /// Where the cutoff of `ndcg@10` begins.
  var cutoffMark: String.Index? { utf8.firstIndex(of: UInt8(ascii: "@")) }
  /// 10 of `ndcg@10`.
  var cutoff: Value? {
    cutoffMark.map { mark in
      let digits = String(self[mark...].dropFirst())
      return Int(digits).map { .number(Double($0)) } ?? Double(decimal: digits).map { .number($0) }
        ?? .word(digits)
    }
  }
  /// `ndcg` of `ndcg@10`.
  var withoutCutoff: String { cutoffMark.map { String(self[..<$0]) } ?? self }
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
    completion: CompletionKind = .nothing, otherwise: (@Sendable (Argument, Value) -> Kind?)? = nil
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
    completion: CompletionKind = .nothing, otherwise: (@Sendable (Argument, Value) -> Kind?)? = nil
  ) -> Parameter {
    let known = NestedParameters<Root>.Cache()
    return Parameter(
      form: ParameterForm(
        name: name, summary: summary, place: place, isRequired: isRequired,
        expectation: "the name of \(article(catalog.noun))", completion: completion,
        members: catalog.members),
      judging: { argument, value in
        otherwise?(argument, value) == nil ? catalog.problem(naming: value, for: name) : nil
      },
      reading: { argument, value in
        otherwise?(argument, value).map { .success($0) } ?? catalog.member(value, for: name)
      },
      store: { root, member, _ in set(&root, member) },
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
      judging: { _, value in
        guard case .list(let values) = value else {
          return catalog.problem(naming: value, for: name)
        }
        return values.lazy.compactMap { catalog.problem(naming: $0, for: name) }.first
      },
      reading: { _, value in
        guard case .list(let values) = value else {
          return catalog.member(value, for: name).map { [$0] }
        }
        return Result { () throws(Problem) in
          try values.map { value throws(Problem) in try catalog.member(value, for: name).get() }
        }
      },
      store: { root, members, _ in root[keyPath: path] += members })
  }
}

extension Catalog {
  /// The member that the argument of a parameter names.
  fileprivate func member(_ value: Value, for parameter: String) -> Result<Kind, Problem> {
    String.read(value).map(make) ?? .failure(unnamed(parameter))
  }

  /// What is wrong with an argument that should name a member.
  fileprivate func problem(naming value: Value, for parameter: String) -> Problem? {
    guard let word = String.read(value) else { return unnamed(parameter) }
    return problem(with: word)
  }

  private func unnamed(_ parameter: String) -> Problem {
    Problem("E0301", "`\(parameter)` needs the name of \(article(noun))")
  }
}

/// The value as the kind of its catalog. A test holds that every listed type is of that kind.
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
