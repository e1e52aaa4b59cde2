import Commands
import Kernels
import Language
import Reports

/// What is wrong with a script or an input, or worth knowing of it: a stable code, one sentence, where it is,
/// and how to mend it. `explain CODE` tells more of each code.
public struct Diagnostic: Sendable, Equatable {
  /// Whether it keeps a script from running.
  public enum Severity: String, Sendable { case error, warning }

  /// A place in a text.
  public struct Place: Sendable, Equatable {
    /// The line, from 1.
    public var line: Int
    /// The column, from 1, in characters.
    public var column: Int
    /// The same as offsets in bytes of UTF-8.
    public var range: Range<Int>
  }

  /// `E0402`: the same for the same fault in every release.
  public var code: String
  public var severity: Severity
  /// One sentence without a full stop.
  public var message: String
  /// Where it is in the script; nil for an input that is no script.
  public var place: Place?
  /// A few words beside the place.
  public var label: String
  /// What to do about it, each a sentence.
  public var help: [String]
  /// What could stand in the place instead, where that is known.
  public var replacement: String?
  /// All of it with an excerpt of the script, over several lines, without colours.
  public var text: String
}

extension Diagnostic {
  init(_ diagnostic: Language.Diagnostic, in source: Source) {
    let range = diagnostic.primary.range
    let position = source.position(of: range.lower)
    self.init(
      code: diagnostic.code, severity: Severity(rawValue: diagnostic.severity.rawValue) ?? .error,
      message: diagnostic.message,
      place: Place(
        line: position.line, column: position.column, range: range.lower..<range.upper),
      label: diagnostic.primary.text, help: diagnostic.help,
      replacement: diagnostic.fix?.replacement,
      text: PlainRenderer().text(diagnostic, in: source))
  }
}

/// What the library throws: one diagnostic or more, in order of place. Nothing has changed when it is thrown,
/// but for the statements of a script that had run before the one that failed.
public struct LaboratoryError: Error, Equatable, CustomStringConvertible {
  /// Never empty.
  public let diagnostics: [Diagnostic]

  /// The code of the first: `E0402`.
  public var code: String { diagnostics.first?.code ?? "E0900" }
  /// The sentence of the first.
  public var message: String { diagnostics.first?.message ?? "" }
  /// What to do about the first.
  public var help: [String] { diagnostics.first?.help ?? [] }
  /// All of them as people read them.
  public var description: String { diagnostics.map(\.text).joined(separator: "\n") }

  /// An error of one's own, for a host or a command to throw.
  ///
  /// - Parameters:
  ///   - code: a letter and four digits, such as `E0501` for a file that is not there; see `help`.
  ///   - message: one sentence without a full stop; quote what is to blame in backquotes.
  ///   - help: what to do about it.
  ///   - suggestions: what may have been meant, best first.
  public init(_ code: String, _ message: String, help: [String] = [], suggestions: [String] = []) {
    let near = suggestions.isEmpty ? [] : ["did you mean `\(suggestions[0])`?"]
    let lines = ["\(code): \(message)"] + (help + near).map { "  help: \($0)" }
    diagnostics = [
      Diagnostic(
        code: code, severity: .error, message: message, place: nil, label: "", help: help + near,
        replacement: suggestions.first, text: lines.joined(separator: "\n"))
    ]
  }

  init(_ faults: [Language.Diagnostic], in source: Source) {
    diagnostics = faults.map { Diagnostic($0, in: source) }
  }

  init(_ failure: CommandFailure) {
    self.init(
      failure.code, failure.message, help: failure.help, suggestions: failure.suggestions)
  }
}

extension CommandFailure {
  /// What a host or one of its commands threw, as a failure that the interpreter places in the script.
  ///
  /// - Parameters:
  ///   - code: for errors that have none.
  ///   - what: what was being done: "`x.csv` could not be read".
  init(_ error: any Error, code: String, _ what: String, argument: String? = nil) {
    guard let own = error as? LaboratoryError else {
      self.init(
        code, "\(what): \(error)", help: ["this was said by the program that runs the script"],
        argument: argument)
      return
    }
    self.init(own.code, own.message, help: own.help, argument: argument)
  }
}

/// What `work` returns, computed as it is in every process, whatever state the thread is in; what is thrown within the
/// house becomes what the library throws.
func reporting<T>(_ work: () throws -> T) throws -> T {
  do {
    return try Arithmetic.standard(work)
  } catch let failure as CommandFailure {
    throw LaboratoryError(failure)
  }
}
