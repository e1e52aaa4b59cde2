import Commands
import Language

/// A command of the host program. Once it is added to a laboratory, scripts can call it, help explains it, completion
/// offers it, and the checker finds slips in calls of it before anything runs.
///
/// It is a value with a property for each parameter, which holds the default:
///
///     struct Shelf: LaboratoryCommand {
///       var size = 5
///       static let declaration = CommandDeclaration<Self>(
///         "shelf", "Puts the items with most ratings on a shelf.",
///         [.whole("size", \.size, in: 1...100, "how many items")],
///         reads: [.data], fields: [.number("size")], examples: ["shelf size=3"])
///       func run(in context: inout CommandContext) throws -> Output { … }
///     }
///
/// The command runs on the thread of its run, on a copy of the session that is kept when it returns and thrown away
/// when it throws: it may throw at any point. A ``LaboratoryError`` keeps its code and words, `CancellationError`
/// counts as the wish to stop, anything else becomes E0910. `MetaRecTesting` tests commands.
public protocol LaboratoryCommand: Sendable {
  /// The command with the defaults of its parameters.
  init()
  static var declaration: CommandDeclaration<Self> { get }
  func run(in context: inout CommandContext) throws -> Output
}

/// Something a session holds, which a command can read or give.
public enum Slot: String, Sendable, CaseIterable {
  /// Ratings: `load data`.
  case data
  /// What the data are split into: `split tasks`.
  case tasks
  /// The meta-trained model: `meta-train maml`.
  case model
  /// The model adapted to a user: `adapt user 42`.
  case adapted

  init?(_ slot: Commands.Slot) {
    switch slot {
    case .data: self = .data
    case .tasks: self = .tasks
    case .currentModel: self = .model
    case .currentAdapted: self = .adapted
    default: return nil
    }
  }

  var noun: Noun {
    switch self {
    case .data: .data
    case .tasks: .tasks
    case .model: .model
    case .adapted: .adapted
    }
  }

  /// A line that usually makes it.
  public var remedy: String { noun.remedy }
}

/// A field of a command's result, as it is known before running.
public struct ResultFieldDeclaration: Sendable, Equatable {
  let field: ResultField

  public var name: String { field.name }

  /// Whether a value is of the kind that this declares.
  public func describes(_ value: Value) -> Bool {
    switch (field.kind, value) {
    case (.number, .number), (.text, .text), (.list, .list): true
    default: false
    }
  }

  public static func number(_ name: String) -> Self { Self(field: ResultField(name, .number)) }
  public static func text(_ name: String) -> Self { Self(field: ResultField(name, .text)) }
  public static func list(_ name: String) -> Self { Self(field: ResultField(name, .list)) }
}

/// What a command is called, takes, reads and gives: everything that help, completion and the checker know of it.
public final class CommandDeclaration<Command: LaboratoryCommand>: Sendable {
  public let name: String
  public let summary: String
  public let reads: [Slot]
  public let uses: [Slot]
  public let gives: [Slot]
  public let fields: [ResultFieldDeclaration]
  public let examples: [String]
  let signature: Signature<HostCommand<Command>>

  /// - Parameters:
  ///   - name: what scripts write, in kebab-case: `shelf`. Not the name of another command or a keyword.
  ///   - summary: one sentence, for help.
  ///   - details: what else there is to know.
  ///   - parameters: in the order in which values without names are taken.
  ///   - reads: what the session must hold. The checker refuses a call where it does not.
  ///   - uses: what it also takes into account when it is there.
  ///   - gives: what it gives the session; only `.data` can be given.
  ///   - fields: of its result.
  ///   - examples: lines that run once what it reads is there.
  public init(
    _ name: String, _ summary: String, details: String = "",
    _ parameters: [CommandParameter<Command>] = [], reads: [Slot] = [], uses: [Slot] = [],
    gives: [Slot] = [], fields: [ResultFieldDeclaration] = [], examples: [String] = []
  ) {
    self.name = name
    self.summary = summary
    self.reads = reads
    self.uses = uses
    self.gives = gives
    self.fields = fields
    self.examples = examples
    signature = Signature(
      name, summary, details: details,
      switchesFirst(parameters.map(\.parameter)).map { parameter in
        parameter.lifted(get: { $0.command }, set: { $0.command = $1 })
      },
      needs: reads.map(\.noun), uses: uses.map(\.noun), gives: gives.map(\.noun),
      examples: examples.map { Example($0) })
  }

  /// What is wrong with it; nil when nothing is.
  func fault(beside taken: [String]) -> LaboratoryError? {
    func fault(_ message: String, _ help: String) -> LaboratoryError {
      LaboratoryError("E0911", message, help: [help])
    }
    if !name.isKebabCase {
      return fault("`\(name)` is no name of a command", "names are written as `like-this-1`")
    }
    if taken.contains(name) || Keyword(rawValue: name) != nil {
      return fault("there is a command or keyword `\(name)`", "give the command another name")
    }
    if summary.isEmpty {
      return fault("`\(name)` has no summary", "say in one sentence what it does")
    }
    if let odd = gives.first(where: { $0 != .data }) {
      return fault("`\(name)` gives \(odd.rawValue)", "commands of a host can give `.data` only")
    }
    let names = signature.parameters.map(\.form.name)
    if let odd = names.first(where: { !$0.isKebabCase }) {
      return fault("`\(odd)` is no name of a parameter", "names are written as `like-this-1`")
    }
    if Set(names).count < names.count {
      return fault(
        "`\(name)` has two parameters of one name", "names: \(names.joined(separator: ", "))")
    }
    if Set(fields.map(\.name)).count < fields.count {
      return fault("`\(name)` has two result fields of one name", "give each its own")
    }
    return nil
  }
}

/// A property of a command that scripts can set.
public struct CommandParameter<Command: LaboratoryCommand>: Sendable {
  /// Where its value stands in a call.
  public enum Place: Sendable {
    /// `name=value`
    case option
    /// A value without a name, or `name=value`.
    case positional
    /// The same, and a call without it is a fault.
    case required

    var form: ParameterForm.Place { self == .option ? .option : .positional }
  }

  let parameter: Parameter<Command>

  /// A number within bounds.
  public static func number(
    _ name: String, _ property: WritableKeyPath<Command, Double> & Sendable,
    in bounds: ClosedRange<Double>, _ summary: String, place: Place = .option
  ) -> Self {
    bounded(name, property, in: bounds, summary, place)
  }

  /// A whole number within bounds.
  public static func whole(
    _ name: String, _ property: WritableKeyPath<Command, Int> & Sendable,
    in bounds: ClosedRange<Int>,
    _ summary: String, place: Place = .option
  ) -> Self {
    bounded(name, property, in: bounds, summary, place)
  }

  /// Any text or word.
  public static func text(
    _ name: String, _ property: WritableKeyPath<Command, String> & Sendable, _ summary: String,
    place: Place = .option
  ) -> Self {
    Self(
      parameter: .single(
        name, property, summary, place: place.form, isRequired: place == .required,
        expectation: nil, completion: .nothing, allowed: nil))
  }

  /// The path of a file of the host that must be there.
  public static func file(
    _ name: String, _ property: WritableKeyPath<Command, String> & Sendable, _ summary: String,
    extensions: [String] = [], place: Place = .positional
  ) -> Self {
    Self(
      parameter: .single(
        name, property, summary, place: place.form, isRequired: place == .required,
        expectation: "the name of a file", completion: .file(extensions: extensions), allowed: nil))
  }

  /// One of a few words.
  ///
  /// - Parameter words: each with its meaning.
  public static func choice(
    _ name: String, _ property: WritableKeyPath<Command, String> & Sendable,
    from words: KeyValuePairs<String, String>, _ summary: String, place: Place = .option
  ) -> Self {
    let values = words.map { NamedValue($0.key, $0.value) }
    let expectation = "one of " + values.map { "`\($0.name)`" }.joined(separator: ", ")
    return Self(
      parameter: Parameter(
        form: ParameterForm(
          name: name, summary: summary, place: place.form, isRequired: place == .required,
          expectation: expectation, namedValues: values),
        reading: { _, value in
          if let word = String.read(value), values.contains(where: { $0.name == word }) {
            return .success(word)
          }
          return .failure(
            Problem(
              "E0303", "`\(name)` needs \(expectation)",
              suggestions: suggestions(
                for: String.read(value) ?? "", among: values.map(\.name))))
        },
        store: { command, word, _ in command[keyPath: property] = word },
        defaultText: { $0[keyPath: property] }))
  }

  /// A word that switches something on by standing there, before all values without names.
  public static func flag(
    _ name: String, _ property: WritableKeyPath<Command, Bool> & Sendable, _ summary: String
  ) -> Self {
    Self(parameter: .flag(name, property, summary))
  }

  private static func bounded<T: ArgumentReadable & Comparable>(
    _ name: String, _ property: WritableKeyPath<Command, T> & Sendable, in bounds: ClosedRange<T>,
    _ summary: String, _ place: Place
  ) -> Self {
    let (low, high) = (bounds.lowerBound.argumentText, bounds.upperBound.argumentText)
    return Self(
      parameter: .single(
        name, property, summary, place: place.form, isRequired: place == .required,
        expectation: "\(T.expectation) from \(low) to \(high)", completion: .nothing,
        numbers: T.numbers?.within(bounds), allowed: { bounds.contains($0) }))
  }
}

/// Words that switch something on come before values that any word could be.
private func switchesFirst<Root>(_ parameters: [Parameter<Root>]) -> [Parameter<Root>] {
  parameters.filter { $0.form.place == .flag } + parameters.filter { $0.form.place != .flag }
}

extension String {
  /// `like-this-1`
  var isKebabCase: Bool {
    let parts = utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    guard let first = utf8.first, (0x61...0x7A).contains(first), utf8.count <= 40 else {
      return false
    }
    return parts.allSatisfy { part in
      !part.isEmpty && part.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) }
    }
  }
}
