import Kernels
import Language
import MetaLearning
import Reports

extension FederatedReport {
  /// What lives where, and what left each owner of data.
  func table(of owners: ClientOwners) -> Table {
    let sent = plan.threshold == nil ? "a sum" : "a masked sum"
    let megabytes = Self.megabytes(4 * Double(weights) * Double(traffic.rounds - traffic.lost))
    return Table(
      "Owners",
      columns: [
        .init("owner"), .init("clients", .right), .init("validation users", .right),
        .init("MB that left it", .right),
      ],
      rows: owners.clients.counts.indices.map { owner in
        [
          .text("rank \(owner)"), .count(owners.clients.counts[owner]),
          .count(owners.validation.counts[owner]), .number(megabytes, digits: 1),
        ]
      },
      footnotes: [
        "what leaves an owner in a round: \(sent) of what its clients send"
          + (plan.threshold == nil ? " and of their losses" : "")
          + "; after an epoch the sum of the losses of its validation users; and how many there are of each",
        "clients are drawn among those of all owners; two owners with the same user id have a client each",
      ])
  }
}
