import Language
import MetaLearning
import Reports

/// `keep baseline-run`: gives the model a name of its own, for `compare`.
package struct Keep: Command {
  package var modelName = ""

  package init() {}

  package static let signature = Signature<Self>(
    "keep", "Gives the model a name, so that later trainings do not replace it in `compare`.",
    details: "Without it a model is known by its algorithm, and the newest of a kind stays.",
    [
      .filler("model"),
      .positional("name", \.modelName, "what to call it"),
    ],
    needs: [.model],
    examples: [Example("keep model first")])

  package func run(in session: inout Session, host: any Host) throws -> Report {
    guard let model = session.model else {
      throw CommandFailure("E0402", Noun.model.absence, help: [Noun.model.remedy])
    }
    guard baselines.members.names.contains(modelName) == false else {
      throw CommandFailure(
        "E0515", "`\(modelName)` is the name of a baseline", help: ["choose another name"],
        argument: modelName)
    }
    session.models[modelName] = model
    return Report([.text("The model is kept as `\(modelName)`.")])
  }
}
