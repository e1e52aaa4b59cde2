import Datasets
import Kernels
import Language
import MetaLearning
import Models
import Reports

extension MetaTrain {
  /// Whose the data are; nil where they lie in one place. Throws where nobody could be asked.
  func federatedPlan(
    for split: TaskSplit, _ data: Dataset, _ network: any Network, _ session: Session
  ) throws(CommandFailure) -> FederatedPlan? {
    if let contradiction = federatedContradiction { throw contradiction }
    guard federated.over == .federated else { return nil }
    if let contradiction = federatedNetworkContradiction(network) { throw contradiction }
    guard data.feedback == .ratings else {
      throw CommandFailure(
        "E0412",
        "over=federated is for ratings: items that stand against clicks are drawn by counts of all clients",
        help: ["leave over= out"], argument: "over")
    }
    guard split.owner == .users, split.screening == nil else {
      throw federatedFailure(
        "clients own users, whose ratings are tasks of their own", "`split tasks by=user`")
    }
    let owners = data.owners.map {
      ClientOwners(
        clients: OwnerShare(exchanging: split.train.count),
        validation: OwnerShare(exchanging: split.valid.count), users: $0)
    }
    let users = owners?.clients.total ?? split.train.count
    let clients = federated.clients ?? users
    guard clients <= users else {
      throw federatedFailure(
        "clients=\(clients) is more than the \(counted(users, "training user")) to be dealt among them",
        "clients=\(users) or less", "clients")
    }
    let asked = federated.perRound ?? min(Self.usualPerRound, clients)
    if let contradiction = countContradiction(asked: asked, of: clients) { throw contradiction }
    if federated.isSecure, let contradiction = maskContradiction(asked: asked) {
      throw contradiction
    }
    var plan = FederatedPlan(
      clients: clients, perRound: asked, key: session.settings.key.derived("federated"))
    plan.owners = owners
    plan.localSteps = federated.localSteps
    plan.localRate = federated.localRate
    plan.dropOut = federated.dropOut
    plan.late = federated.late
    plan.isPoisson = privacy.mechanism != nil
    if federated.isSecure { plan.threshold = federated.threshold ?? (2 * asked + 2) / 3 }
    return plan
  }
}

/// What a federated training says: who took part, what was sent, and what the server could see.
struct FederatedReport {
  let plan: FederatedPlan
  let traffic: FederatedTraffic
  /// How many numbers were too large for fixed point.
  let cutNumbers: Int
  let weights: Int

  var blocks: [Report.Block] {
    var blocks: [Report.Block] = []
    if traffic.lost > 0 {
      let why =
        plan.threshold.map { "fewer than the \($0) that unmask a sum answered" }
        ?? "nobody answered"
      blocks.append(
        .warning(
          "\(counted(traffic.lost, "round")) of \(grouped(traffic.rounds)) came to nothing: \(why)."
            + (traffic.lost == traffic.rounds ? " The model is what it was before training." : "")))
    }
    if cutNumbers > 0 {
      blocks.append(
        .warning(
          "\(counted(cutNumbers, "number")) of clients were larger than \(Number.text(Double(FixedPoint.largest))), "
            + "the largest in fixed point, and were cut to it."))
    }
    return blocks + [.table(table)] + (plan.owners.map { [.table(table(of: $0))] } ?? [])
  }

  /// Bytes as megabytes.
  static func megabytes(_ bytes: Double) -> Double { bytes / 1e6 }

  private var table: Table {
    let answers = [traffic.answered, traffic.late, traffic.dropped]
    let mean = plan.isPoisson ? " in the mean" : ""
    var rows: [(String, String)] = [
      ("clients", "\(grouped(plan.clients)), \(grouped(plan.perRound)) asked in a round\(mean)"),
      ("rounds", grouped(traffic.rounds)),
      (
        "answers in time, late, never",
        answers.map { grouped(Int($0.rounded())) }.joined(separator: ", ")
      ),
      ("MB to clients", fixed(Self.megabytes(traffic.down), digits: 1)),
      ("MB from clients", fixed(Self.megabytes(traffic.up), digits: 1)),
    ]
    var footnotes = [
      "simulated: whole models of 4 bytes a weight go both ways; late answers are sent and not used"
    ]
    if let threshold = plan.threshold {
      rows.append(("server sees", "the sum of a round, in fixed point"))
      rows.append(("to unmask a sum", "\(threshold) of \(plan.perRound) have to answer"))
      footnotes += [
        "what collusion breaks: with \(threshold) clients of a round the server unmasks each of the others; all but one "
          + "of a round know from the sum what that one sent",
        "a sum tells of ratings: only noise hides them (`help federated`)",
      ]
    } else if plan.isPoisson {
      rows.append(("server sees", "what each client sends, and adds the noise"))
      footnotes.append(
        "counts are what is to be expected: how many took part in a round is nobody's to know")
    } else {
      rows.append(
        ("server sees", plan.owners == nil ? "what each client sends" : "the sum of each owner"))
      footnotes.append(
        "what \(plan.owners == nil ? "a client" : "an owner") sends tells of its ratings: secure-aggregation=yes hides it among others, and only noise hides "
          + "ratings (`help federated`)")
    }
    return Table(
      "Federated", columns: [.init("what"), .init("how much")],
      rows: rows.map { [.text($0.0), .text($0.1)] }, footnotes: footnotes)
  }
}
