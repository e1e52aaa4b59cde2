import Language
import MetaLearning
import Models
import Reports

/// How far the inner steps of the model have learned to go.
package struct RatesView: View {
  package init() {}

  package static let signature = Signature<Self>(
    "rates", "The learned inner rates of the model, block by block.",
    details:
      "Mean, lowest and highest rate of each block, beside the rate that learning started from.",
    needs: [.model], examples: [Example("meta-train meta-sgd epochs=1; show rates")])

  package func report(of session: Session) throws -> Report {
    guard let model = session.model else {
      throw CommandFailure("E0402", Noun.model.absence, help: [Noun.model.remedy])
    }
    guard let learner = model.learner as? any RateLearner else {
      let owners = metaLearners.types.filter { $0 is any RateLearner.Type }.map { $0.name }
      throw CommandFailure(
        "E0305", "`\(model.title)` learns no inner rates",
        help: ["algorithms that do: " + owners.joined(separator: ", ")])
    }
    var result = Record()
    var table = Table(
      "Inner rates of \(model.title)",
      columns: [
        .init("block"), .init("weights", .right), .init("rate", .right), .init("lowest", .right),
        .init("highest", .right), .init("at first", .right), .init("change", .right, unit: "%"),
      ])
    for rates in learner.learnedRates(model.weights) where !rates.values.isEmpty {
      let mean = rates.values.reduce(0) { $0 + Double($1) } / Double(rates.values.count)
      result[rates.block] = .number(mean)
      let place = model.problem.layout.index(of: rates.block)
      let change = 100 * (mean / rates.initial - 1)
      table.rows.append([
        .text(rates.block), .count(place.map { model.problem.layout.blocks[$0].count } ?? 0),
        .number(mean, digits: 4), .number((rates.values.min() ?? 0).asWritten, digits: 4),
        .number((rates.values.max() ?? 0).asWritten, digits: 4), .number(rates.initial, digits: 4),
        change.isFinite ? .number(change, digits: 1) : .missing,
      ])
    }
    if table.rows.allSatisfy({ $0[2] == $0[3] && $0[3] == $0[4] }) {
      for column in [4, 3] {
        table.columns.remove(at: column)
        for row in table.rows.indices { table.rows[row].remove(at: column) }
      }
    }
    return Report([.table(table)], result: result)
  }
}
