import Language
import MetaLearning
import Reports

/// What a table of baselines has to say of them: which strengths were chosen, what blends are made of, and which rows
/// are missing.
struct BaselineRemarks {
  private var chosen: [(name: String, choice: StrengthChoice)] = []
  private var blends: [(name: String, shares: [BlendShare])] = []
  private var others: [String] = []
  private var missing: [(name: String, why: CommandFailure)] = []

  mutating func note(_ fitted: FittedBaseline) {
    chosen += fitted.choices.map { (fitted.title, $0) }
    if !fitted.shares.isEmpty { blends.append((fitted.title, fitted.shares)) }
    if let remark = fitted.settled.remark {
      let line = "\(fitted.title): \(remark)"
      if !others.contains(line) { others.append(line) }
    }
  }

  mutating func leaveOut(_ name: String, _ why: CommandFailure) {
    if !missing.contains(where: { $0.name == name }) { missing.append((name, why)) }
  }

  /// The strengths, weights and other remarks, a line for each baseline.
  var choices: [String] { StrengthChoice.notes(chosen) + weights + others }

  /// What blends are made of; of several fits the mean weights.
  private var weights: [String] {
    var names: [String] = []
    for blend in blends where !names.contains(blend.name) { names.append(blend.name) }
    return names.map { name in
      let own = blends.filter { $0.name == name }.map(\.shares)
      let parts = own[0].indices.map { place in
        let all = own.map { $0[place] }
        let mean = all.reduce(0) { $0 + $1.weight } / Double(all.count)
        // Strengths that differ between fits are left out.
        let isOne = all.allSatisfy { $0.name == all[0].name }
        let part = isOne ? all[0].name : String(all[0].name.prefix { $0 != " " })
        return "\(fixed(mean, digits: 2)) \(part)"
      }
      return "\(name): \(parts.joined(separator: ", "))"
        + (own.count > 1 ? ", means of \(own.count) fits" : "")
    }
  }

  /// A warning for each row that is not there.
  var leftOut: [Report.Block] {
    missing.map { name, why in
      .warning("\(name) is left out: \(([why.message] + why.help).joined(separator: "; "))")
    }
  }
}
