import Datasets
import Kernels
import Language
import Reports

extension Split: OwnedDataCommand {
  var ownersObstacle: CommandFailure? {
    let (usual, by) = (TaskSplitting(), splitting.by ?? .user)
    let obstacles: [(Bool, String)] = [
      (isPhased, "phases"), (splitting.of != .users, splitting.of.rawValue),
      (by != .user, by.rawValue), (splitting.cold != nil, "cold"),
      (splitting.feature != usual.feature, "feature"),
    ]
    return obstacles.first(where: \.0).map {
      .owned(
        "only users can be dealt out where each owner knows its own, by=user or from= a column",
        "split tasks", $0.1)
    }
  }

  /// The tasks of one owner's users, which it deals out by itself; how many there are in each part all are told.
  func splitOwn(_ data: Dataset, in session: inout Session) throws -> Report {
    var sized = splitting
    // What fits the users of one does not fit those of others.
    if sized.query == nil { sized.query = .count(TaskSplitting.usualQuery) }
    let key = session.settings.key.derived("split")
    var tasks = try reading { try Ranks.own { try sized.split(data, key: key) } }
    tasks.recipe += " seed=\(session.settings.seed)"
    let parts = tasks.allParts.map {
      (name: $0.name, share: OwnerShare(exchanging: $0.tasks.count))
    }
    // The same for all, and no digest of anybody's ratings.
    tasks.fingerprint = digest([
      digest(ofNames: data.items.ids.names), digest(ofNames: [tasks.recipe]),
      digest(parts.flatMap(\.share.counts)),
    ])
    session.tasks = tasks
    let ranks = data.owners?.counts.indices.map { "rank \($0)" } ?? []
    let table = Table(
      "Tasks of all owners",
      columns: [.init("part"), .init("tasks", .right)] + ranks.map { .init($0, .right) },
      rows: parts.map { part in
        [.text(part.name), .count(part.share.total)] + part.share.counts.map { .count($0) }
      },
      footnotes: [
        "each owner deals out its own users, with query=\(sized.query?.argumentText ?? ""); what left it are these numbers"
      ])
    return Report(
      [.table(table)],
      result: Record(parts.map { .init($0.name, .number(Double($0.share.total))) }))
  }
}
