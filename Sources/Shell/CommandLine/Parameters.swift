import ArgumentParser
import Language

/// `name=value` from the command line, as values of the language.
package struct Parameters {
  package private(set) var values: [String: Value] = [:]

  package init(_ arguments: [String]) throws {
    for argument in arguments {
      let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, !parts[0].isEmpty else {
        throw ValidationError("`\(argument)` is no parameter; write name=value")
      }
      let text = String(parts[1])
      values[String(parts[0])] = Number.reading(text).map { .number($0) } ?? .word(text)
    }
  }
}
