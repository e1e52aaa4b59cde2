import Language
import Reports

/// `save model "x.safetensors"`, `save session "x.mrs"`, `evaluate | save report "x.md"`.
package struct Save: InputCommand {
  var what: any Saveable = SaveSession()
  package var input: Report?

  package init() {}

  package static let signature = Signature<Self>(
    "save", "Writes something you made to a file.",
    details:
      "The file is replaced in one step: it holds the old contents or the new, never a part.",
    [.choice("what", \.what, from: saveables, "what to write", isRequired: true)],
    examples: [Example("save session \"morning.mrs\"", "a script that does all this again")])

  package func run(in session: inout Session, host: any Host) throws -> Report {
    try what.save(session, input: input, host: host)
  }
}

extension Save {
  package var takesInput: Bool { type(of: what).takesInput }
  package var needsInput: Bool { takesInput }
}

/// Something that can be written to a file: what a session holds, or what a command before `|` said.
package protocol Saveable: Configurable {
  static var takesInput: Bool { get }
  func save(_ session: Session, input: Report?, host: any Host) throws -> Report
}

extension Saveable {
  package static var takesInput: Bool { false }
}

/// Everything that `save` can write.
package let saveables = Catalog<any Saveable>(
  "thing to save", [SaveModel.self, SaveSession.self, SaveReport.self, SaveUserValues.self])
