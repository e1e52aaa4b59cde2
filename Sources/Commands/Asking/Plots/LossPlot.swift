import Language
import MetaLearning
import Reports

/// The loss of each epoch of the last training.
package struct LossPlot: Plot {
  package init() {}

  package static let signature = Signature<Self>(
    "loss", "The loss of each epoch of the training that made the model.",
    needs: [.model], examples: [Example("plot loss")])

  package func curves(of session: Session, host: any Host) throws -> [Curve] {
    guard let model = session.model else { throw CommandFailure("E0402", Noun.model.absence) }
    guard !model.history.isEmpty else {
      throw CommandFailure(
        "E0402", "the model does not know how it was trained",
        help: ["a model that was opened from a file has no history; train one"])
    }
    func series(_ name: String, _ value: (EpochSummary) -> Float) -> Curve.Series {
      Curve.Series(name, model.history.map { .init(Double($0.epoch), Double(value($0))) })
    }
    let lines = [series("training", \.trainLoss), series("validation", \.validLoss)]
    return [
      Curve(
        "Loss of \(model.title)", x: "epoch", y: type(of: model.problem.loss).name,
        series: lines.filter { $0.points.contains { $0.y.isFinite } })
    ]
  }
}
