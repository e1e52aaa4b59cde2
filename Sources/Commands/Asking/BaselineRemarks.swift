import Reports

/// What a table of baselines has to say of them: which strengths were chosen, and which rows are missing.
struct BaselineRemarks {
  private var chosen: [(name: String, choice: StrengthChoice)] = []
  private var missing: [(name: String, why: CommandFailure)] = []

  mutating func note(_ fitted: FittedBaseline) {
    chosen += fitted.choices.map { (fitted.title, $0) }
  }

  mutating func leaveOut(_ name: String, _ why: CommandFailure) {
    if !missing.contains(where: { $0.name == name }) { missing.append((name, why)) }
  }

  /// The strengths, a line for each baseline.
  var choices: [String] { StrengthChoice.notes(chosen) }

  /// A warning for each row that is not there.
  var leftOut: [Report.Block] {
    missing.map { name, why in
      .warning("\(name) is left out: \(([why.message] + why.help).joined(separator: "; "))")
    }
  }
}
