import Language
import Reports

/// The metrics of every user as a long table: `evaluate | save per-user "users.csv"`.
package struct SaveUserValues: Saveable {
  var path = ""

  package init() {}

  package static let signature = Signature<Self>(
    "per-user", "The metrics of every user that `evaluate` before `|` judged, one to a row.",
    details: """
      The columns are model, user, metric and value, as programs for statistics take them; where a metric \
      has no meaning for a user the value is empty. The ending decides, as for `save report`.
      """,
    [
      .positional(
        "file", \.path, "where to",
        expects: "a file name ending in "
          + SaveReport.endings.map { "." + $0 }.joined(separator: ", "),
        completion: .file(extensions: SaveReport.endings),
        where: { SaveReport.renderer(of: $0) != nil })
    ],
    examples: [Example("evaluate mae ndcg@5 | save per-user \"users.csv\"")])

  package static var takesInput: Bool { true }

  package func save(_ session: Session, input: Report?, host: any Host) throws -> Report {
    guard let renderer = SaveReport.renderer(of: path), let input,
      let table = table(of: input.result)
    else {
      throw CommandFailure(
        "E0208", "nothing before `save per-user` judges users one by one",
        help: ["for example: evaluate | save per-user \"users.csv\""])
    }
    try host.write(Array(renderer.text(Report([.table(table)])).utf8), to: path)
    return Report(
      input.blocks + [.note("Wrote \(counted(table.rows.count, "row")) to \(path).")],
      result: input.result)
  }

  /// A row for each model, user and metric; nil when the result has no values of users.
  private func table(of result: Record) -> Table? {
    let judged = result.fields.compactMap { field -> (String, UserValues)? in
      guard case .record(let row) = field.value, let values = UserValues(result: row) else {
        return nil
      }
      return (field.name, values)
    }
    guard !judged.isEmpty else { return nil }
    var rows: [[Table.Cell]] = []
    for (model, values) in judged {
      for metric in values.fields {
        let column = values[metric] ?? []
        for (user, value) in zip(values.users, column) {
          rows.append([
            .text(model), .text(user), .text(metric),
            value.map { .number($0, digits: 6) } ?? .missing,
          ])
        }
      }
    }
    return Table(
      columns: [.init("model"), .init("user"), .init("metric"), .init("value", .right)], rows: rows)
  }
}
