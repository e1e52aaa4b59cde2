import Language
import Reports

/// `save model "x.safetensors"`, `save session "x.mrs"`.
package struct Save: Command {
  var what: any Saveable = SaveSession()

  package init() {}

  package static let signature = Signature<Self>(
    "save", "Writes something you made to a file.",
    details:
      "The file is replaced in one step: it holds the old contents or the new, never a part.",
    [.choice("what", \.what, from: saveables, "what to write", isRequired: true)],
    examples: [Example("save session \"morning.mrs\"", "a script that does all this again")])

  package func run(in session: inout Session, host: any Host) throws -> Report {
    try what.save(session, host: host)
  }
}

/// Something in a session that can be written to a file.
package protocol Saveable: Configurable {
  func save(_ session: Session, host: any Host) throws -> Report
}

/// Everything that `save` can write.
package let saveables = Catalog<any Saveable>("thing to save", [SaveModel.self, SaveSession.self])
