import Commands
import Language

/// A script made wrong in one place.
struct Mutant: Sendable {
  enum Kind: String, Sendable { case typo, value, missingLine, form }

  var kind: Kind
  var text: String
  /// Where the change is, and what stood there.
  var range: SourceRange
  var original: String

  var change: String {
    let source = Source(text: text)
    return "\(kind.rawValue): \(source.text(ofLine: source.line(of: range.lower)))"
  }
}

extension Mutant {
  /// Every slip that can be made in the words of a script which the language knows.
  static func all(of source: Source) -> [Mutant] {
    let script = parse(source.text).script
    var mutants: [Mutant] = []
    for (index, place) in places(in: script.statements, of: source).enumerated() {
      let original = source.slice(place.range)
      for text in place.isName ? typos(of: original, index) : ["warm", "-1e9", "=", "\"5"] {
        mutants.append(
          Mutant(
            kind: place.isName ? .typo : .value, text: source.replacing(place.range, with: text),
            range: place.range, original: original))
      }
    }
    for statement in script.statements {
      let end = SourceRange(statement.range.upper, statement.range.upper)
      for text in [" )", " }", " = 5", " \"open"] {
        mutants.append(
          Mutant(kind: .form, text: source.replacing(end, with: text), range: end, original: ""))
      }
    }
    return mutants
  }

  private struct Place {
    var range: SourceRange
    var isName: Bool
  }

  /// Verbs, names of options, named values, variables, and numbers that options take.
  private static func places(in statements: [Statement], of source: Source) -> [Place] {
    statements.flatMap { statement -> [Place] in
      var places = statement.calls.flatMap { Mutant.places(in: $0) }
      switch statement.kind {
      case .settings(let arguments):
        places += arguments.compactMap { $0.key.map { Place(range: $0.range, isName: true) } }
      case .loop, .branch, .inclusion, .expectation, .parameter:
        places.append(Place(range: statement.head, isName: true))
      default: break
      }
      return places + statement.blocks.flatMap { self.places(in: $0.statements, of: source) }
    }
  }

  private static func places(in call: Call) -> [Place] {
    guard let type = commands.types.first(where: { $0.name == call.verb.text }) else { return [] }
    var evaluator = Evaluator(Scope())
    let arguments = call.arguments.map { argument in
      Argument(key: argument.key?.text, evaluator.value(of: argument.value))
    }
    let takers = BoundArguments(arguments, of: type).binding.takers
    var places = [Place(range: call.verb.range, isName: true)]
    for (argument, taker) in zip(call.arguments, takers) {
      guard let taker, taker.place != .pairs else { continue }
      if let key = argument.key { places.append(Place(range: key.range, isName: true)) }
      let isWord = if case .word = argument.value.kind { true } else { false }
      let isNumber = if case .number = argument.value.kind { true } else { false }
      if isWord, taker.members != nil || !taker.namedValues.isEmpty {
        places.append(Place(range: argument.value.range, isName: true))
      } else if isNumber, argument.key != nil {
        places.append(Place(range: argument.value.range, isName: false))
      }
    }
    return places
  }

  /// A letter doubled, one left out, and two swapped.
  private static func typos(of word: String, _ seed: Int) -> [String] {
    let letters = Array(word)
    guard letters.count > 2 else { return [word + "x"] }
    let at = 1 + seed % (letters.count - 2)
    var doubled = letters
    doubled.insert(letters[at], at: at)
    var dropped = letters
    dropped.remove(at: at)
    var swapped = letters
    swapped.swapAt(at, at + 1)
    return Set([doubled, dropped, swapped].map { String($0) }).subtracting([word]).sorted()
  }
}

extension Source {
  func replacing(_ range: SourceRange, with text: String) -> String {
    slice(SourceRange(0, range.lower)) + text
      + slice(SourceRange(range.upper, self.text.utf8.count))
  }
}
