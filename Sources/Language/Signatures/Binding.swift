/// The result of binding the arguments of a call to parameters.
package struct Binding: Sendable {
  /// The first two indices are of `arguments`; nil is the call as a whole.
  package var problems: [(argument: Int?, problem: Problem)] = []
  /// For each argument, the form of the parameter that took it.
  package var takers: [ParameterForm?]
  /// The same parameters, which can be asked whether they would take another argument as well.
  fileprivate(set) var judges: [ErasedParameter?] = []
  /// The parameters that could still be given, with those of chosen members: what completion offers.
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
    var concrete = concrete
    let signature = Root.signature
    let binding = withUnsafeMutablePointer(to: &concrete) { root in
      var binder = Binder(
        root: root, parameters: signature.placed, verb: signature.name, arguments)
      binder.run(listsOpen: listsOpen)
      return binder.binding
    }
    return (concrete, binding)
  }
  let (changed, binding) = open(root)
  root = changed
  return binding
}

/// Options may be written with `_` for `-`.
package func canonical(option name: String) -> String {
  name.utf8.contains(UInt8(ascii: "_")) ? String(name.map { $0 == "_" ? "-" : $0 }) : name
}

/// The root's type is erased: the runtime's lookups of generic types for each argument took longer than
/// binding.
private struct Binder {
  let root: UnsafeMutableRawPointer
  var binding: Binding
  /// The parameters in play, in order; those of a chosen member stand right after its choice.
  var parameters: PlacedParameters
  var used: [Bool]
  /// The index of the next place for a value without a name.
  var cursor = 0
  var title: String
  let verb: String
  let arguments: [Argument]
  /// The options of all members of a choice whose name was not understood: any of them may be meant.
  var possible: [String] = []
  /// Whether there was such a choice: values that follow may be for the member that was meant.
  var hasUnknownMember = false

  init(
    root: UnsafeMutableRawPointer, parameters: PlacedParameters, verb: String,
    _ arguments: [Argument]
  ) {
    self.root = root
    self.parameters = parameters
    self.verb = verb
    self.arguments = arguments
    title = verb
    used = Array(repeating: false, count: parameters.forms.count)
    binding = Binding(
      takers: Array(repeating: nil, count: arguments.count),
      judges: Array(repeating: nil, count: arguments.count))
  }

  /// Their forms, which are looked at most often.
  var forms: [ParameterForm] { parameters.forms }

  mutating func run(listsOpen: Bool) {
    // Choices written as words come first, so that options before them find their parameters.
    for (index, argument) in arguments.enumerated() where argument.key == nil && hasRoom {
      place(argument, index)
    }
    // Only options can be of a member that is not named.
    if listsOpen || arguments.contains(where: { $0.key != nil }) { revealRemaining() }
    for (index, argument) in arguments.enumerated() where argument.key != nil && hasRoom {
      option(argument, index)
    }
    let saysNoun = zip(forms, used).contains { $0.place == .noun && $1 }
    for (form, used) in zip(forms, used) where !used || form.place == .rest || form.place == .pairs
    {
      if listsOpen, !(saysNoun && form.place == .noun) { binding.open.append(form) }
      if form.isRequired, !used { binding.problems.append((nil, missing(form))) }
    }
  }

  /// Whether another problem is worth reporting.
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
      case .filler, .flag, .noun:
        let at = cursor
        cursor += 1
        guard word == forms[at].name else { continue }
        take(at, argument, index)
        // One noun is enough.
        while forms[at].place == .noun, cursor < forms.count, forms[cursor].place == .noun {
          cursor += 1
        }
        return
      case .positional:
        let at = cursor
        cursor += 1
        take(at, argument, index)
        return
      case .rest:
        // A word that is no value here, and nearly a name of something else, is meant for that.
        guard forms[cursor].members == nil, !near(word).isEmpty,
          parameters.erased[cursor].problem(argument) != nil
        else {
          take(cursor, argument, index)
          return
        }
        cursor = forms.count
      case .option, .pairs:
        cursor += 1
      }
    }
    guard !hasUnknownMember else { return }
    var help = optionNames.isEmpty ? [] : ["options: " + optionNames.joined(separator: " ")]
    if let before = choice(insteadOf: argument, index) {
      let value = argument.value?.sourceText ?? ""
      help.insert("it can stand in place of `\(before)`: \(verb) \(value)", at: 0)
    }
    binding.problems.append(
      (
        index,
        Problem(
          "E0206", "`\(title)` takes no further value", label: "nothing is expected here",
          help: help, suggestions: near(word))
      ))
  }

  /// Options and words that may be left out whose names are nearly this word.
  private func near(_ word: String?) -> [String] {
    let fillers = forms.filter { $0.place == .filler || $0.place == .noun }.map(\.name)
    return word.map { suggestions(for: $0, among: optionNames.map { $0 + "=" } + fillers) } ?? []
  }

  /// The word right before an argument that chose a member, where the argument could choose as well:
  /// `data` in `load data "x.csv"`.
  private func choice(insteadOf argument: Argument, _ index: Int) -> String? {
    guard index > 0, binding.takers[index - 1]?.members != nil,
      binding.takers[index - 1]?.place == .positional,
      let judge = binding.judges[index - 1], judge.problem(argument) == nil,
      case .word(let word)? = arguments[index - 1].value
    else { return nil }
    return word
  }

  private mutating func take(_ at: Int, _ argument: Argument, _ index: Int) {
    let form = forms[at]
    binding.takers[index] = form
    binding.judges[index] = parameters.erased[at]
    used[at] = true
    if let problem = parameters.erased[at].assign(root, argument) {
      if let later = place(ofMember: argument, behind: at) {
        return skip(at, to: later, argument, index, problem)
      }
      binding.problems.append((index, problem))
      guard let members = form.members else { return }
      hasUnknownMember = hasUnknownMember || problem.code == "E0202"
      possible += members.forms.flatMap { form in
        form.parameters.filter { $0.place == .option }.map { $0.name }
      }
    } else if parameters.erased[at].nested != nil {
      reveal(at, spelling: argument.value.flatMap { String.read($0) })
    }
  }

  /// Puts the parameters of the chosen member behind its choice.
  private mutating func reveal(_ at: Int, spelling: String?) {
    guard let nested = parameters.erased[at].nested?(root) else { return }
    if let spelling { title = "\(title) \(spelling)" }
    parameters.insert(nested, at: at + 1)
    used.insert(contentsOf: repeatElement(false, count: nested.forms.count), at: at + 1)
    if cursor > at + 1 { cursor += nested.forms.count }
  }

  /// The later choice that has a member of this name: the one between was left out.
  private func place(ofMember argument: Argument, behind at: Int) -> Int? {
    guard forms[at].place == .positional, forms[at].members != nil,
      case .word(let word)? = argument.value
    else { return nil }
    return forms.indices.first { place in
      place > at && forms[place].place == .positional && !used[place]
        && forms[place].members?.type(named: word) != nil
    }
  }

  /// Says that a choice is missing before a word that is for a later one, and goes on with that.
  private mutating func skip(
    _ at: Int, to later: Int, _ argument: Argument, _ index: Int, _ unfit: Problem
  ) {
    let word = argument.value.flatMap { String.read($0) } ?? ""
    let missing = forms[at]
    let noun = forms[later].members?.noun ?? forms[later].name
    let names = missing.members?.names ?? []
    binding.problems.append(
      (
        index,
        Problem(
          unfit.code,
          "`\(word)` is \(article(noun)); `\(title)` needs \(missing.expectation) before it",
          help: ["\(missing.name): " + names.joined(separator: " ")],
          suggestions: names.prefix(3).map { "\($0) \(word)" })
      ))
    cursor = max(cursor, later + 1)
    take(later, argument, index)
  }

  /// Choices not written keep their default member; its options may still be named.
  private mutating func revealRemaining() {
    var at = 0
    while at < forms.count {
      if !used[at], forms[at].place == .positional, parameters.erased[at].nested != nil {
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
    let isPair = argument.isKeyQuoted && forms.contains { $0.place == .pairs }
    let named = forms.firstIndex {
      $0.name == key && ($0.place == .option || $0.place == .positional) && !isPair
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
