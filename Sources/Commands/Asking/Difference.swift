import Evaluation
import Kernels
import Language
import Reports

/// The difference of two rows in one metric over the same users, with every test of it.
struct Difference {
  let title: String
  let test: PairedTest
  let wilcoxon: WilcoxonTest
  let bootstrap: ClosedRange<Double>

  /// Nil when fewer than two users have a value in both.
  init?(_ title: String, _ values: (first: [Double?], second: [Double?]), key: RandomKey) {
    let differences = pairedDifferences(values.first, values.second)
    guard let test = pairedTest(values.first, values.second),
      let bootstrap = bootstrapInterval(differences, key: key)
    else { return nil }
    self.title = title
    self.test = test
    wilcoxon = wilcoxonTest(differences)
    self.bootstrap = bootstrap
  }

  /// What is known of its record before running.
  static let kind = ResultField.Kind.record([
    "difference", "t", "p", "p-wilcoxon", "p-holm", "low", "high",
  ])

  func record(corrected: Double) -> Record {
    Record([
      .init("difference", .number(test.difference.mean)), .init("t", .number(test.t)),
      .init("p", .number(test.pValue)), .init("p-wilcoxon", .number(wilcoxon.pValue)),
      .init("p-holm", .number(corrected)), .init("low", .number(bootstrap.lowerBound)),
      .init("high", .number(bootstrap.upperBound)),
    ])
  }

  /// The differences by their titles, with p-values corrected for their number.
  static func records(_ differences: [Difference]) -> Record {
    let corrected = holmCorrected(differences.map(\.test.pValue))
    return Record(
      zip(differences, corrected).map { difference, p in
        .init(difference.title.replacing(" ", with: "-"), .record(difference.record(corrected: p)))
      })
  }

  /// The differences as rows, with p-values corrected for their number.
  static func table(_ title: String, _ head: String, _ differences: [Difference]) -> Table {
    let corrected = holmCorrected(differences.map(\.test.pValue))
    return Table(
      title,
      columns: [
        .init(head), .init("difference", .right), .init("95 % from", .right),
        .init("to", .right), .init("p (t)", .right), .init("p (Wilcoxon)", .right),
        .init("p (Holm)", .right),
      ],
      rows: zip(differences, corrected).map { difference, p in
        [
          .text(difference.title), .number(difference.test.difference.mean, digits: 4),
          .number(difference.bootstrap.lowerBound, digits: 4),
          .number(difference.bootstrap.upperBound, digits: 4),
          .text(shown(difference.test.pValue)), .text(shown(difference.wilcoxon.pValue)),
          .text(shown(p)),
        ]
      },
      footnotes: [
        "interval: percentile bootstrap over users, 2,000 draws; t: paired, two-sided",
        "Holm: the t test's p, corrected for \(differences.count) comparisons",
      ])
  }

  private static func shown(_ p: Double) -> String {
    p < 0.0001 ? "< 0.0001" : fixed(p, digits: 4)
  }
}
