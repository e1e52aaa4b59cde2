/// The key by which checked calls are cached: a call without its numbers. The result for a call without
/// faults holds for every call of the same shape whose numbers are within the bounds of their parameters.
struct CallShape: Hashable {
  private let verb: ObjectIdentifier
  private let arguments: [Argument]
  /// Compared first, since different shapes in one bucket of a hash table nearly always differ in it.
  private let hash: Int

  init(_ type: any Configurable.Type, _ arguments: [Argument]) {
    verb = ObjectIdentifier(type)
    self.arguments = arguments
    var hasher = Hasher()
    hasher.combine(verb)
    for argument in arguments {
      if let key = argument.key { hasher.combine(key) }
      switch argument.value {
      case .word(let word): hasher.combine(word.withoutCutoff)
      case .text(let text): hasher.combine(text)
      case .number: hasher.combine(0)
      default: hasher.combine(1)
      }
    }
    hash = hasher.finalize()
  }

  static func == (a: CallShape, b: CallShape) -> Bool {
    guard a.hash == b.hash, a.verb == b.verb, a.arguments.count == b.arguments.count else {
      return false
    }
    return zip(a.arguments, b.arguments).allSatisfy { one, other in
      guard one.key == other.key else { return false }
      guard let own = one.value, let others = other.value else {
        return one.value == nil && other.value == nil
      }
      return own.isAlike(others)
    }
  }

  func hash(into hasher: inout Hasher) { hasher.combine(hash) }
}

extension Value {
  /// Whether both are equal except for numbers and cutoffs.
  fileprivate func isAlike(_ other: Value) -> Bool {
    switch (self, other) {
    case (.number, .number): true
    case (.word(let one), .word(let other)): one.withoutCutoff == other.withoutCutoff
    case (.list(let own), .list(let others)):
      own.count == others.count && zip(own, others).allSatisfy { $0.isAlike($1) }
    default: self == other
    }
  }

  /// Whether it is a number within bounds, or a name whose cutoff is.
  fileprivate func isPlain(within bounds: NumberBounds) -> Bool {
    switch self {
    case .number(let number): return bounds.contains(number.value, unit: number.unit)
    case .word(let word):
      guard case .number(let cutoff)? = word.cutoff else { return false }
      return bounds.contains(cutoff.value)
    default: return false
    }
  }
}

extension String {
  /// Whether it is a name with a cutoff in its usual spelling, as fields of results have it: `ndcg@5`, not
  /// `ndcg@05`.
  fileprivate var hasPlainCutoff: Bool {
    guard let mark = cutoffMark else { return false }
    let digits = utf8[mark...].dropFirst()
    return digits.first.map { $0 != UInt8(ascii: "0") } ?? false
      && digits.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
  }
}

/// The result of checking a call that has no faults.
final class CheckedCall {
  private let root: any Configurable
  let bound: BoundArguments
  let needs: [Noun]
  let gives: [Noun]
  /// What is there no longer behind it.
  let withdrawn: [Noun]
  let namesFiles: Bool
  private lazy var numberBounds = bound.numberBounds
  private var knownProperties: CheckContext.CallProperties?
  private var knownFields: [ResultField]??
  /// The nouns without which some fields are missing from the result.
  private(set) var neededByFields: Set<Noun> = []

  init(
    root: any Configurable, bound: BoundArguments, needs: [Noun], gives: [Noun],
    withdrawn: [Noun] = []
  ) {
    self.withdrawn = withdrawn
    self.root = root
    self.bound = bound
    self.needs = needs
    self.gives = gives
    namesFiles = bound.binding.takers.contains { $0?.isPath == true }
  }

  /// Whether a call of the same shape has no faults either.
  func holds(for arguments: [Argument]) -> Bool {
    for (place, argument) in arguments.enumerated()
    where argument.value != bound.arguments[place].value {
      // The common case, which is quick: another number within bounds.
      if let bounds = numberBounds[place], argument.value?.isPlain(within: bounds) == true {
        continue
      }
      if bound.binding.judges[place]?.problem(argument) != nil { return false }
    }
    return true
  }

  /// How the fields of the result are renamed for a call of the same shape that differs in cutoffs only
  /// (`ndcg@5` to `ndcg@10`); nil where it differs in more and may have other fields.
  func renamings(for arguments: [Argument]) -> [KnownFields.Renaming]? {
    var renamings: [KnownFields.Renaming] = []
    for (argument, own) in zip(arguments, bound.arguments) where argument.value != own.value {
      guard case .word(let name)? = argument.value, case .word(let listed)? = own.value,
        name.hasPlainCutoff, listed.hasPlainCutoff,
        !renamings.contains(where: { $0.listed == listed || $0.name == name })
      else { return nil }
      renamings.append(KnownFields.Renaming(listed: listed, name: name))
    }
    let isClear = zip(arguments, bound.arguments).allSatisfy { argument, own in
      guard argument.value == own.value, case .word(let word)? = own.value else { return true }
      return !renamings.contains { $0.listed == word || $0.name == word }
    }
    return isClear ? renamings : nil
  }

  func callProperties(_ context: CheckContext) -> CheckContext.CallProperties {
    let callProperties = knownProperties ?? context.vocabulary.callProperties(root)
    knownProperties = callProperties
    return callProperties
  }

  /// The fields of the call's result.
  func fields(_ context: CheckContext) -> [ResultField]? {
    if let knownFields { return knownFields }
    var fields = context.vocabulary.resultFields(root)
    let varied = bound.varied
    if !varied.isEmpty {
      fields?.removeAll { varied.contains($0.name) }
      fields?.append(contentsOf: varied.map { ResultField($0, .unknown) } + Sweep.resultFields)
    }
    knownFields = .some(fields)
    neededByFields = Set(fields?.flatMap(\.allNeeds) ?? [])
    return fields
  }
}

/// The cache of checked calls of one script.
final class CheckedCallCache {
  var known: [CallShape: CheckedCall] = [:]
  /// Calls of the script itself without faults whose arguments are literals, by where they begin; they run as
  /// bound.
  var bound: [Int: BoundCommand] = [:]
  private var facts: [ObjectIdentifier: CommandFacts] = [:]

  func facts(of type: any Configurable.Type, _ context: CheckContext) -> CommandFacts {
    if let known = facts[ObjectIdentifier(type)] { return known }
    let found = CommandFacts(
      usualMembers: type.usualMembers, capabilities: context.capabilities(type))
    facts[ObjectIdentifier(type)] = found
    return found
  }
}

/// Facts about a command that do not depend on its arguments.
struct CommandFacts {
  let usualMembers: [UsualMember]
  let capabilities: CheckContext.Capabilities
}
