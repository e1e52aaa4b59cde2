import Language
import MetaLearning
import Models
import Reports

/// `open model "x.safetensors"`: a saved model in place of training.
package struct Open: Command {
  package var path = ""

  package init() {}

  package static let signature = Signature<Self>(
    "open", "Takes a saved model in place of training one.",
    details: """
      The data must have the features the model was trained on; values it has not seen count as unknown. \
      `evaluate` refuses a model that was trained on another split, because test users may have been \
      training users then.
      """,
    [
      .filler("model"),
      .positional(
        "file", \.path, "a file that `save model` wrote", expects: "the name of a file",
        completion: .file(extensions: ["safetensors"]), where: { !$0.isEmpty }),
    ],
    needs: [.data], gives: [.model, .ratings, .heads],
    examples: [Example("open model \"maml.safetensors\"")])

  package func run(in session: inout Session, host: any Host) throws -> Report {
    guard let data = session.data else {
      throw CommandFailure("E0402", Noun.data.absence, help: [Noun.data.remedy])
    }
    let contents = try host.read(path)
    do {
      let file = try contents.withBytes { bytes in Result { try Safetensors(bytes) } }.get()
      let model = try ModelFile.model(file, data: data, kernels: session.kernels)
      session.model = model
      session.adapted = nil
      return report(model, session, remark: file.remark)
    } catch let error as ModelFileError {
      throw CommandFailure(
        "E0503", "`\(path)` \(error.message)",
        help: ["`save model` writes files that `open` reads"], argument: path)
    }
  }

  private func report(
    _ model: TrainedModel, _ session: Session, remark: String?
  ) -> Report {
    var blocks: [Report.Block] = [
      .text(
        "Opened \(described(model.learner)) on \(described(model.problem.network)), "
          + "\(model.weights.count) weights\(model.compressed.map { ", compressed: \($0.compression.words)" } ?? "")."
      )
    ]
    if let remark { blocks.append(.note(remark)) }
    if let privacy = model.privacy {
      blocks.append(.note("Its file says of privacy: \(privacy.sentence)."))
    }
    if let tasks = session.tasks, tasks.fingerprint != model.fingerprint {
      blocks.append(
        .note(
          model.privacy?.isSimulated == false
            ? "The file of a private model does not say which split it was trained on: `evaluate` will refuse it, `adapt` will not."
            : "It was trained on another split: `evaluate` will refuse it, `adapt` will not."))
    }
    let known = Set(model.problem.encoder.fields.map(\.name))
    let missing = known.subtracting(
      (session.data?.items.features ?? []).map(\.name)
        + (session.data?.users.features ?? []).map(\.name) + ["item"])
    if !missing.isEmpty {
      blocks.append(
        .warning(
          "The data lack features it was trained on: \(missing.sorted().joined(separator: ", "))."))
    }
    return Report(
      blocks, result: Record([.init("weights", .number(Double(model.weights.count)))]))
  }
}
