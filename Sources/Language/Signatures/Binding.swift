/// What became of the arguments of a call.
package struct Binding: Sendable {
  /// The first two indices are of `arguments`; nil is the call as a whole.
  package var problems: [(argument: Int?, problem: Problem)] = []
  /// For each argument, the form of the parameter that took it.
  package var takers: [ParameterForm?]
  /// What can still be said: parameters not yet given, those of chosen members among them.
  package var open: [ParameterForm] = []
}

/// Gives every argument to the parameter it is meant for; what does not fit is a problem.
///
/// Binding never stops at the first problem. An argument without a known value is only placed.
///
/// - Parameter listsOpen: whether to say which parameters could still be given.
package func bind(
  _ arguments: [Argument], to root: inout any Configurable, listsOpen: Bool = false
) -> Binding {
  func open<Root: Configurable>(_ concrete: Root) -> (any Configurable, Binding) {
    var binder = Binder(root: concrete, count: arguments.count)
    binder.run(arguments, listsOpen: listsOpen)
    return (binder.root, binder.binding)
  }
  let (changed, binding) = open(root)
  root = changed
  return binding
}

/// Options may be written with `_` for `-`.
package func canonical(option name: String) -> String {
  String(name.map { $0 == "_" ? "-" : $0 })
}

private struct Binder<Root: Configurable> {
  var root: Root
  var binding: Binding
  /// The parameters in play, in order; those of a chosen member stand right after its choice.
  var parameters: [Parameter<Root>] = Root.signature.parameters
  /// Their forms, which are looked at more often.
  var forms: [ParameterForm]
  var used: [Bool]
  /// How far the words without a name have come.
  var cursor = 0
  var title = Root.name
  /// The options of all members of a choice whose name was not understood: any of them may be meant.
  var possible: [String] = []

  init(root: Root, count: Int) {
    self.root = root
    forms = parameters.map { $0.form }
    used = Array(repeating: false, count: parameters.count)
    binding = Binding(takers: Array(repeating: nil, count: count))
  }

  mutating func run(_ arguments: [Argument], listsOpen: Bool) {
    // Choices written as words come first, so that options before them find their parameters.
    for (index, argument) in arguments.enumerated() where argument.key == nil && hasRoom {
      place(argument, index)
    }
    // Only options can be of a member that is not named.
    if listsOpen || arguments.contains(where: { $0.key != nil }) { revealRemaining() }
    for (index, argument) in arguments.enumerated() where argument.key != nil && hasRoom {
      option(argument, index)
    }
    for (form, used) in zip(forms, used) where !used || form.place == .rest || form.place == .pairs
    {
      if listsOpen { binding.open.append(form) }
      if form.isRequired, !used { binding.problems.append((nil, missing(form))) }
    }
  }

  /// Whether one more problem would tell anything.
  private var hasRoom: Bool { binding.problems.count < 50 }

  private func missing(_ form: ParameterForm) -> Problem {
    var help = ["\(form.name): \(form.summary)"]
    let choices = form.members?.names ?? []
    if !choices.isEmpty { help.append("known: " + choices.joined(separator: ", ")) }
    return Problem(
      "E0205", "`\(title)` needs \(form.name): \(form.expectation)",
      label: "\(form.name) is missing", help: help)
  }

  /// Gives a value without a name to the next place for one.
  private mutating func place(_ argument: Argument, _ index: Int) {
    var word: String?
    if case .word(let text)? = argument.value { word = text }
    while cursor < forms.count {
      switch forms[cursor].place {
      case .filler, .flag:
        if word == forms[cursor].name {
          take(cursor, argument, index)
          cursor += 1
          return
        }
        cursor += 1
      case .positional:
        let at = cursor
        cursor += 1
        take(at, argument, index)
        return
      case .rest:
        take(cursor, argument, index)
        return
      case .option, .pairs:
        cursor += 1
      }
    }
    let near = word.map { suggestions(for: $0, among: optionNames.map { $0 + "=" }) } ?? []
    binding.problems.append(
      (
        index,
        Problem(
          "E0206", "`\(title)` takes no further value", label: "nothing is expected here",
          help: optionNames.isEmpty ? [] : ["options: " + optionNames.joined(separator: " ")],
          suggestions: near)
      ))
  }

  private mutating func take(_ at: Int, _ argument: Argument, _ index: Int) {
    let parameter = parameters[at]
    binding.takers[index] = parameter.form
    used[at] = true
    if let problem = parameter.assign(&root, argument) {
      binding.problems.append((index, problem))
      possible += (parameter.form.members?.forms ?? []).flatMap { form in
        form.parameters.filter { $0.place == .option }.map { $0.name }
      }
    } else if parameter.nested != nil {
      reveal(at, spelling: argument.value.flatMap { String.read($0) })
    }
  }

  /// Puts the parameters of the chosen member behind its choice.
  private mutating func reveal(_ at: Int, spelling: String?) {
    guard let nested = parameters[at].nested?(root) else { return }
    if let spelling { title = "\(title) \(spelling)" }
    parameters.insert(contentsOf: nested, at: at + 1)
    forms.insert(contentsOf: nested.map { $0.form }, at: at + 1)
    used.insert(contentsOf: Array(repeating: false, count: nested.count), at: at + 1)
    if cursor > at + 1 { cursor += nested.count }
  }

  /// Choices not written keep their default member; its options may still be named.
  private mutating func revealRemaining() {
    var at = 0
    while at < forms.count {
      if !used[at], forms[at].place == .positional, parameters[at].nested != nil {
        reveal(at, spelling: nil)
      }
      at += 1
    }
  }

  private var optionNames: [String] {
    forms.filter { $0.place == .option }.map { $0.name }
  }

  private mutating func option(_ argument: Argument, _ index: Int) {
    let key = canonical(option: argument.key ?? "")
    let named = forms.firstIndex {
      $0.name == key && ($0.place == .option || $0.place == .positional)
    }
    if let at = named {
      if used[at] {
        binding.problems.append(
          (index, Problem("E0205", "`\(key)` is given twice", label: "given before")))
      } else {
        take(at, argument, index)
      }
    } else if let at = forms.firstIndex(where: { $0.place == .pairs }) {
      take(at, argument, index)
    } else if !possible.contains(key) {
      binding.problems.append((index, unknown(key)))
    }
  }

  private func unknown(_ key: String) -> Problem {
    var owners: [String] = []
    for form in forms {
      owners += (form.members?.forms ?? []).filter { form in
        form.parameters.contains { $0.name == key && $0.place == .option }
      }.map(\.name)
    }
    if !owners.isEmpty {
      return Problem(
        "E0305", "`\(key)` has no meaning for `\(title)`",
        label: "`\(key)` is for: " + owners.joined(separator: ", "))
    }
    let near = suggestions(for: key, among: optionNames + possible)
    return Problem(
      "E0203", "`\(title)` has no option `\(key)`",
      help: optionNames.isEmpty
        ? ["`\(title)` takes no options"] : ["options: " + optionNames.joined(separator: " ")],
      suggestions: near)
  }
}
