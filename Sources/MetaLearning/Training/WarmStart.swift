import Datasets
import Kernels
import Models

/// What a training takes over from a trained model: its fields, whose vocabularies grow, and its weights.
package struct WarmStart: Sendable {
  package let model: TrainedModel

  package init(_ model: TrainedModel) { self.model = model }

  /// The fields of the model with the values that are new, which stand behind the known ones.
  var fields: [FeatureField] { model.problem.encoder.fields }

  /// Why a training cannot start from the model; nil if it can.
  package func obstacle(to problem: LearningProblem, of learner: any MetaLearner) -> String? {
    if learner is any ClosedFormLearner {
      return "`\(type(of: learner).name)` is solved at once, and starts from nothing"
    }
    if problem.graph != nil {
      return
        "`\(type(of: problem.network).name)` spreads its embeddings over the graph of its own training"
    }
    func names(_ fields: [FeatureField], without others: [FeatureField]) -> [String] {
      fields.filter { field in !others.contains { field.isContinued(by: $0) } }.map(\.name)
    }
    let (own, known) = (problem.encoder.fields, fields)
    let lacking = names(known, without: own)
    if !lacking.isEmpty {
      return "it knows features that these data lack: \(lacking.joined(separator: ", "))"
    }
    let unknown = names(own, without: known)
    if !unknown.isEmpty {
      return "it does not know these features of the data: \(unknown.joined(separator: ", "))"
    }
    let fits = problem.layout.blocks.prefix(problem.networkBlocks).allSatisfy { block in
      model.problem.layout.index(of: block.name).map {
        let other = model.problem.layout.blocks[$0]
        return other.columns == block.columns && (block.kind == .lookup || other.rows == block.rows)
      } ?? false
    }
    return fits ? nil : "its weights are of another shape"
  }

  /// Takes over the weights of the model. A value that is new starts where the model's unknown one is, so that the
  /// untrained network scores as the model does.
  ///
  /// Precondition: there is no obstacle.
  func give(_ weights: inout Weights, _ problem: LearningProblem) {
    let (layout, old) = (problem.layout, model.problem.layout)
    for (index, block) in layout.blocks.enumerated() {
      guard let before = old.index(of: block.name) else { continue }
      let (source, target) = (model.weights.view(before), weights.mutableView(index))
      if block.kind == .lookup {
        for (field, known) in zip(problem.encoder.fields, problem.encoder.fields.map(continued)) {
          guard let known else { continue }
          for row in 0..<field.rows {
            let (from, to) = (known.start + (row < known.rows ? row : 0), field.start + row)
            target.rows(to..<to + 1).copy(from: source.rows(from..<from + 1).array)
          }
        }
      } else if source.rows == target.rows, source.columns == target.columns {
        target.copy(from: source.array)
      }
    }
  }

  private func continued(_ field: FeatureField) -> FeatureField? {
    fields.first { $0.isContinued(by: field) }
  }

  /// For each field with new values how many it knew, and how many are new.
  package func growth(in problem: LearningProblem) -> [(name: String, known: Int, new: Int)] {
    problem.encoder.fields.compactMap { field in
      guard field.kind != .number, let known = continued(field)?.values.count else { return nil }
      return (field.name, known, field.values.count - known)
    }
  }
}
