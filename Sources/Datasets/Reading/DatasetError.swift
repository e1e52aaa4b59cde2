import Kernels
import Language

/// Data could not be read or split: what was expected, what was seen, and where.
package struct DatasetError: Error, Equatable, Sendable {
  package var code: String
  package var message: String
  /// The file that is to blame, as the user wrote it.
  package var file: String?
  /// Its line, from 1.
  package var line: Int?
  package var help: [String]
  package var suggestions: [String]
  /// The option or value to blame, as the call wrote it.
  package var argument: String?

  package init(
    _ message: String, file: String? = nil, line: Int? = nil, help: [String] = [],
    suggestions: [String] = [], argument: String? = nil, code: String = "E0510"
  ) {
    self.code = code
    self.message = message
    self.file = file
    self.line = line
    self.help = help
    self.suggestions = suggestions
    self.argument = argument
  }

  /// `ratings.csv:17: rating must be a number, not "good"`.
  package var sentence: String {
    guard let file else { return message }
    return "\(file)\(line.map { ":\($0)" } ?? ""): \(message)"
  }

  /// Of a column that a call names and the file does not have.
  ///
  /// - Parameter sentence: what comes before the name: `the header has no column`.
  static func noColumn(
    _ name: String, _ sentence: String, among names: [String], file: String,
    argument: String? = nil
  ) -> DatasetError {
    DatasetError(
      "\(sentence) `\(name)`; it has: " + names.joined(separator: ", "), file: file, line: 1,
      suggestions: Language.suggestions(for: name, among: names), argument: argument, code: "E0511")
  }

  /// Ends work that nobody wants any more; what is thrown then means nothing (`Cancellation.attempt`).
  static func throwIfUnwanted() throws(DatasetError) {
    if Cancellation.isRequested { throw DatasetError("nobody wants it any more") }
  }
}
