/// The version of the language and of the program (semantic versioning).
package enum Version {
  package static let text = "0.1.0"
}
