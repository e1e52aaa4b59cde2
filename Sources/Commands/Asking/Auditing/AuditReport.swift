import Evaluation
import Language
import MetaLearning
import Reports

/// What an audit says.
struct AuditReport {
  let found: MembershipInference
  /// What the trainings were accounted to spend, the one that spent most; nil without noise.
  let accounted: PrivacyStatement?
  let rates: [MembershipInference.Rate]
  let title: String
  let canaries: Int
  let trainings: Int
  let shadows: Int

  var report: Report {
    let bound = found.bound
    var blocks: [Report.Block] = [.table(summary(bound)), .table(table)]
    if excess > 0 || bound.epsilon > epsilon {
      blocks.append(
        .warning(
          "The training gives away more than ε = \(Self.text(epsilon)) allows, with 95 % confidence: its noise is not what "
            + "was accounted for, or chance is to blame once in 20 times."
        ))
    } else if accounted == nil, found.area.low <= 0.5 {
      blocks.append(
        .warning(
          "Even without noise the attack does not succeed, so that it tells nothing of what noise would hide: more "
            + "canaries=, items= or epochs."))
    }
    if let accounted, accounted.isSimulated {
      blocks.append(
        .note("The noise came from the session's seed: who attacks is taken not to know it."))
    }
    return Report(blocks, result: result(bound.epsilon))
  }

  private var epsilon: Double { accounted?.epsilon ?? .infinity }
  private var delta: Double { accounted?.delta ?? 0 }

  /// The most that any of the rates exceeds what was accounted for.
  private var excess: Double {
    rates.map { $0.excess(epsilon: epsilon, delta: delta) }.reduce(-1) { max($0, $1) }
  }

  private static func text(_ epsilon: Double) -> String {
    epsilon.isFinite ? fixed(epsilon, digits: 3) : "∞"
  }

  private func summary(_ bound: (epsilon: Double, audit: OneRunAudit)) -> Table {
    let area = found.area
    let audit = bound.audit
    return Table(
      "Membership inference against \(title): \(counted(canaries, "planted user")), "
        + counted(trainings, "training") + (shadows > 0 ? ", \(counted(shadows, "shadow"))" : ""),
      columns: [
        .init("what"), .init("value", .right), .init("95 % from", .right), .init("to", .right),
      ],
      rows: [
        [
          .text("AUC"), .number(area.area, digits: 3), .number(area.low, digits: 3),
          .number(area.high, digits: 3),
        ],
        [.text("ε that shows, at least"), .number(bound.epsilon, digits: 3), .missing, .missing],
        [.text("ε accounted for, at most"), .text(Self.text(epsilon)), .missing, .missing],
      ],
      footnotes: [
        "shows: \(grouped(audit.correct)) of \(counted(audit.guesses, "guess", "guesses")) were right, at δ = "
          + "\(Number.text(delta)); with 95 % confidence no smaller ε holds (a lower bound)",
        accounted.map { "accounted for: \($0.accountant.rawValue), \(counted($0.steps, "step"))" }
          ?? "accounted for: none, the training has no noise",
      ])
  }

  private var table: Table {
    func cells(_ interval: BinomialInterval) -> [Table.Cell] {
      [
        .number(interval.share, digits: 3), .number(interval.low, digits: 3),
        .number(interval.high, digits: 3),
      ]
    }
    return Table(
      "Found among those who were in, and among the others",
      columns: [
        .init("FPR at most", .right), .init("FPR", .right), .init("from", .right),
        .init("to", .right), .init("TPR", .right), .init("from", .right), .init("to", .right),
        .init("allowed", .right),
      ],
      rows: rates.map { rate in
        [.number(rate.wanted, digits: 2)] + cells(rate.falsePositives) + cells(rate.truePositives)
          + [
            .number(rate.truePositives.low - rate.excess(epsilon: epsilon, delta: delta), digits: 3)
          ]
      },
      footnotes: [
        "intervals: 95 %, Clopper and Pearson; allowed: e^ε·FPR + δ at the upper end of FPR, which TPR's lower end may "
          + "not exceed"
      ])
  }

  private func result(_ shown: Double) -> Record {
    func field(_ name: String, _ value: Double) -> Record.Field { .init(name, .number(value)) }
    var fields = [
      field("auc", found.area.area), field("auc-low", found.area.low),
      field("auc-high", found.area.high),
    ]
    for rate in rates {
      let at = Audit.percent(rate.wanted)
      for (name, interval) in [("tpr", rate.truePositives), ("fpr", rate.falsePositives)] {
        fields += [
          field("\(name)-\(at)", interval.share), field("\(name)-\(at)-low", interval.low),
          field("\(name)-\(at)-high", interval.high),
        ]
      }
    }
    return Record(
      fields + [
        field("excess", excess), field("epsilon-shown", shown),
        field("epsilon-accounted", epsilon), field("delta", delta),
        field("canaries", Double(canaries)), field("trainings", Double(trainings)),
      ])
  }
}
