import Language
import MetaLearning
import Models
import Reports

/// The model as a safetensors file.
package struct SaveModel: Saveable {
  var path = ""

  package init() {}

  package static let signature = Signature<Self>(
    "model", "The trained model, as a file that Python's safetensors reads, too.",
    [
      .positional(
        "file", \.path, "where to, with the ending `.safetensors`",
        expects: "the name of a file", completion: .file(extensions: ["safetensors"]),
        where: { !$0.isEmpty })
    ],
    needs: [.model], examples: [Example("save model \"maml.safetensors\"")])

  package func save(_ session: Session, input: Report?, host: any Host) throws -> Report {
    guard let model = session.model else {
      throw CommandFailure("E0402", Noun.model.absence, help: [Noun.model.remedy])
    }
    let bytes = ModelFile.encoded(model).sealed()
    try host.write(bytes, to: path)
    return Report(
      [
        .text(
          "Wrote \(model.title) with \(model.weights.count) weights, \(bytes.count / 1024) KiB, to \(path)."
        )
      ],
      result: Record([
        .init("file", .text(path)), .init("weights", .number(Double(model.weights.count))),
      ]))
  }
}
