import Language
import MetaLearning
import Reports

/// `baseline mf factors=16 as=mf16`: a baseline with options of its own, under a name.
package struct ChooseBaseline: WithholdingCommand {
  package var baseline: any Baseline = Bias()
  package var name: String?

  package init() {}

  package static let signature = Signature<Self>(
    "baseline", "Sets the options of a baseline, for `evaluate` and `compare`.",
    details: """
      Without `as` the options hold wherever the baseline is shown. With it, it is a baseline of its \
      own: `evaluate with=[NAME]`. It is fitted to the training tasks when it is judged.
      """,
    [
      .choice("baseline", \.baseline, from: baselines, "which baseline", isRequired: true),
      .option(
        "as", \.name, "what to call it", expects: "a name", where: { $0 != "" }),
    ],
    examples: [
      Example("baseline mf factors=16"), Example("baseline mf factors=2 as=small-mf"),
    ])

  private var order: Noun { .order(of: name ?? type(of: baseline).name) }
  var withheld: [Noun] { [] }
  var given: [Noun] { baseline.predictsRatings ? [] : [order] }
  var withdrawn: [Noun] { baseline.predictsRatings ? [order] : [] }

  package func run(in session: inout Session, host: any Host) throws -> Report {
    let own = type(of: baseline).name
    let name = name ?? own
    if name != own, baselines.members.names.contains(name) || session.models[name] != nil {
      throw CommandFailure(
        "E0515", "`\(name)` is the name of something else", help: ["choose another name"],
        argument: name)
    }
    session.namedBaselines[name] = baseline
    return Report([.text("`\(name)` is \(described(baseline)).")])
  }
}
