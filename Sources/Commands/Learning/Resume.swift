import Language
import MetaLearning
import Reports

/// `resume "maml.checkpoint"`: goes on with a training that was cut off.
package struct Resume: Command {
  package var path = ""
  package var stopAfter: Int?

  package init() {}

  package static let signature = Signature<Self>(
    "resume", "Goes on with a training that was cut off, to the same bits as if it had not been.",
    details: """
      `meta-train … checkpoint="x"` writes the file after every epoch; algorithm and options come from it. \
      Data, split, `model` and seed must be those of the training. The number of threads may differ.
      """,
    [
      .positional(
        "file", \.path, "a file that `meta-train … checkpoint=` wrote",
        expects: "the name of a file", completion: .file(extensions: ["checkpoint"]),
        where: { !$0.isEmpty }),
      TrainingStop.parameter(\.stopAfter),
    ],
    needs: [.tasks], gives: [.model, .ratings, .heads],
    examples: [Example("resume \"maml.checkpoint\"")])

  package var resultFields: [ResultField]? { MetaTrain().resultFields }

  package func run(in session: inout Session, host: any Host) throws -> Report {
    let checkpoint = try TrainingCheckpoint(reading: path, host: host)
    var command = try checkpoint.command(in: session.catalog)
    command.stopAfter = stopAfter
    let differences = TrainingIdentity(command, session).differences(from: checkpoint.words)
    guard differences.isEmpty else {
      let names = differences.map(\.name).joined(separator: ", ")
      throw CommandFailure(
        "E0507",
        "`\(path)` is a checkpoint of another training: \(names) "
          + (differences.count == 1 ? "differs" : "differ"),
        help: differences.map(\.sentence), argument: path)
    }
    let report = try command.train(in: &session, host: host, from: checkpoint)
    session.resumed[path] = true
    return report
  }
}
