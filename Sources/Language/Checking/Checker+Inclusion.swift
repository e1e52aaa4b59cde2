extension Checker {
  /// Checks the statements of another file as if they stood here.
  mutating func check(inclusion path: Expression) {
    guard let written = value(of: path)?.text else { return }
    guard let files = context.files else {
      hasUnseen = true
      return
    }
    let name = pathBeside(including.last ?? "", written, isScript: including.count > 1)
    if let fault = endlessness(of: name, at: path.range) {
      inclusions.cut()
      diagnostics.append(fault)
      return
    }
    switch inclusions.file(name, from: files) {
    case .success(let file): follow(file, name, at: path.range)
    case .failure(let problem):
      var found = problem.diagnostic(at: path.range)
      if conditions > 0 { found.severity = .warning }
      diagnostics.append(found)
      // What it would have brought is not missed a second time.
      hasUnseen = true
    }
  }

  /// What is wrong with including a file in those that are open; nil when it may be.
  private func endlessness(of name: String, at range: SourceRange) -> Diagnostic? {
    if including.contains(name) {
      let between = including.dropFirst()
      let shown =
        between.count > 6 ? between.prefix(3) + ["…"] + between.suffix(2) : Array(between)
      return Diagnostic(
        "E0107", "`\(name)` includes itself", at: range,
        label: shown.isEmpty ? "" : "by way of " + shown.joined(separator: ", "),
        help: ["move what both need into a third file"])
    }
    return including.count < deepestInclusion ? nil : Diagnostic(tooDeep: name, at: range)
  }

  private mutating func follow(_ file: Inclusions.File, _ name: String, at range: SourceRange) {
    touched.readers[plain(name)] = range
    let (ledger, generations) = context.ledger.renumbered
    let state = InclusionState(
      variables: context.variables, procedures: context.procedures, ledger: ledger,
      touched: touched.forgettingPlaces, hasUnseen: hasUnseen, isConditional: conditions > 0,
      loops: loops, followsNouns: followsNouns, first: including.first)
    let inner = including + [name]
    var known = inclusions.outcome(of: name, in: state, including: including)
    if known == nil {
      known = inclusions.check(name, in: state) { found(in: file, name, state, including: inner) }
    }
    guard let outcome = known else {
      hasUnseen = true
      return
    }
    hasUnseen = outcome.hasUnseen
    context.variables.become(outcome.variables)
    context.procedures = outcome.procedures
    context.ledger = context.ledger.going(on: outcome.ledger, from: generations)
    touched = touched.joined(with: outcome.touched, at: range)
    diagnostics += outcome.diagnostics.map { found in
      var moved = found
      moved.primary.range = range
      return moved
    }
  }

  /// What checking a file in a state comes to.
  private mutating func found(
    in file: Inclusions.File, _ name: String, _ state: InclusionState, including: [String]
  ) -> InclusionOutcome {
    let source = file.source
    var inner = Checker(
      source: source, context: context, checkedCalls: checkedCalls, inclusions: inclusions)
    inner.including = including
    inner.diagnostics = file.faults
    inner.followed = followed
    inner.loops = loops
    inner.hasUnseen = hasUnseen
    inner.conditions = conditions
    inner.touched = state.touched
    inner.followsNouns = followsNouns
    inner.context.ledger = state.ledger
    inner.check(file.script.statements)
    followed = inner.followed
    var seen = Set<Finding>()
    let diagnostics = inner.diagnostics.map { $0.moved(from: source, called: name) }
      .filter { seen.insert(Finding($0)).inserted }
    return InclusionOutcome(
      diagnostics: diagnostics, variables: inner.context.variables,
      procedures: inner.context.procedures,
      ledger: inner.context.ledger.settled { "\(name) line \(source.line(of: $0.lower))" },
      touched: inner.touched, hasUnseen: inner.hasUnseen)
  }
}

extension Diagnostic {
  /// A file is included in too many others that include one another in a row.
  package init(tooDeep name: String, at range: SourceRange) {
    self.init(
      "E0108", "`\(name)` would be file \(deepestInclusion + 1) in a row that include one another",
      at: range, label: "at most \(deepestInclusion) may",
      help: ["include it in a file nearer to the first one"])
  }

  /// The same for whoever includes the source, without a place yet. What comes from a file further down is
  /// told of that file alone.
  fileprivate func moved(from source: Source, called name: String) -> Diagnostic {
    var moved = self
    if !isOfInclusion {
      let line = source.position(of: primary.range.lower).line
      moved.message = "in `\(name)`, line \(line): \(message)"
      moved.primary.text = "`\(source.slice(primary.range))`"
    }
    moved.isOfInclusion = true
    moved.primary.range = SourceRange(0, 0)
    moved.secondary = []
    moved.fix = nil
    return moved
  }
}

/// A path that an included file names, seen from the first script: relative to the file's folder.
package func pathBeside(_ file: String, _ written: String, isScript: Bool) -> String {
  guard isScript, !written.hasPrefix("/"), let slash = file.lastIndex(of: "/") else {
    return written
  }
  return String(file[...slash]) + written
}
