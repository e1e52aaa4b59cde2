/// Arguments with what became of them: bound to a configurable, which the same call may need nouns for.
package struct BoundArguments: Sendable {
  package let arguments: [Argument]
  package let binding: Binding
  /// The options that vary, where the call stands for several runs and this is the first of them.
  package var varied: [String] = []

  /// Whether what is known of the first run, but for its numbers, holds for all of them.
  var variesOnlyNumbers: Bool {
    arguments.allSatisfy { argument in
      guard varied.contains(argument.key ?? ""), case .number? = argument.value else {
        return !varied.contains(argument.key ?? "")
      }
      return true
    }
  }

  package init(_ arguments: [Argument], to root: inout any Configurable) {
    self.arguments = arguments
    binding = bind(arguments, to: &root)
  }

  /// The arguments bound to a new value of a type.
  package init(_ arguments: [Argument], of type: any Configurable.Type) {
    var root: any Configurable = type.init()
    self.init(arguments, to: &root)
  }

  /// What a call needs and gives: by its verb, and by the members its arguments choose.
  ///
  /// - Parameter usual: the members that are chosen where nothing is written.
  package func nouns(
    of type: any Configurable.Type, usual: [UsualMember]? = nil
  ) -> (needs: [Noun], gives: [Noun]) {
    var needs = type.needs
    var gives = type.gives
    func add(_ name: String, from members: MemberList?) {
      guard let member = members?.type(named: name.withoutCutoff) else { return }
      needs += member.needs.filter { !needs.contains($0) }
      gives += member.gives.filter { !gives.contains($0) }
    }
    for (argument, taker) in zip(arguments, binding.takers) {
      guard let members = taker?.members, let value = argument.value else { continue }
      for word in value.elements ?? [value] { add(word.text, from: members) }
    }
    for choice in usual ?? type.usualMembers
    where !binding.takers.contains(where: { $0?.name == choice.parameter }) {
      add(choice.member, from: choice.members)
    }
    return (needs, gives)
  }
}

extension Problem {
  /// Where a problem of an argument lies: in its key when that is wrong, else in its value.
  package func range(in argument: ArgumentSyntax) -> SourceRange {
    let isOfKey = ["E0203", "E0305", "E0205"].contains(code)
    return isOfKey ? argument.key?.range ?? argument.range : argument.value.range
  }
}

/// The member that a parameter chooses when nothing is written.
package struct UsualMember: Sendable {
  var parameter: String
  var member: String
  var members: MemberList
}

extension Configurable {
  /// What it needs and gives, without the rest of its form.
  static var needs: [Noun] { signature.needs }
  package static var gives: [Noun] { signature.gives }
  package static var uses: [Noun] { signature.uses }

  /// For each parameter that chooses a member, the one that is chosen when nothing is written.
  static var usualMembers: [UsualMember] {
    var root: Self?
    return signature.parameters.compactMap { parameter in
      guard let members = parameter.form.members else { return nil }
      let defaults = root ?? Self()
      root = defaults
      return UsualMember(
        parameter: parameter.form.name, member: parameter.defaultText(defaults), members: members)
    }
  }
}
