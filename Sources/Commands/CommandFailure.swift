import Language

/// A command could not do its work; the session stays as it was.
package struct CommandFailure: Error, Equatable {
  package var code: String
  package var message: String
  package var help: [String]
  package var suggestions: [String]
  /// The argument that is to blame, as the call wrote it, if one is.
  package var argument: String?

  package init(
    _ code: String, _ message: String, help: [String] = [], suggestions: [String] = [],
    argument: String? = nil
  ) {
    self.code = code
    self.message = message
    self.help = help
    self.suggestions = suggestions
    self.argument = argument
  }
}
