extension NounLedger {
  /// What is wrong with a call that uses a noun made from something that is another now, with that noun.
  ///
  /// - Parameters:
  ///   - uses: the nouns that it takes where they are there.
  ///   - source: where the call stands.
  package func staleness(
    needs: [Noun], uses: [Noun], gives: [Noun], of verb: Name, in source: Source
  ) -> (noun: Noun, entry: Entry, Diagnostic)? {
    for noun in uses.isEmpty ? needs : needs + uses {
      guard let entry = entry(noun), let (origin, newer) = replacement(staling: noun) else {
        continue
      }
      // Giving it anew is the remedy, not a fault.
      if gives.contains(noun), needs.allSatisfy({ $0 == noun || !$0.comes(from: origin) }) {
        continue
      }
      let line = { (range: SourceRange) in "line \(source.line(of: range.lower))" }
      return (noun, entry, fault(noun, entry, origin, newer, verb, line))
    }
    return nil
  }

  private func fault(
    _ noun: Noun, _ entry: Entry, _ origin: Noun, _ newer: Entry, _ verb: Name,
    _ line: (SourceRange) -> String
  ) -> Diagnostic {
    func name(_ site: Site) -> String {
      switch site {
      case .here(let range): line(range)
      case .elsewhere(let name): name
      }
    }
    var labels: [Diagnostic.Label] = []
    var help: [String] = []
    let again = firstWord(noun.remedy)
    let made = "the \(noun.phrase) \(noun.agreeing("was", "were")) made"
    switch entry.site {
    case .here(let range):
      labels.append(.init(range, "\(made) here, from the \(origin.phrase) before"))
    case .elsewhere(let name): help.append("\(made) in \(name)")
    }
    switch newer.site {
    case .here(let range): labels.append(.init(range, "this replaced the \(origin.phrase)"))
    case .elsewhere(let name): help.append("\(name) replaced the \(origin.phrase)")
    }
    help.append(
      "run `\(again)` again after \(name(newer.site)), or move that line above \(name(entry.site))")
    let isLeak = origin.name == "tasks"
    return Diagnostic(
      "E0404",
      "\(line(verb.range)) uses \(noun.indefinite) made from \(origin.indefinite) that "
        + "\(origin.agreeing("is", "are")) no longer there",
      at: verb.range,
      label: isLeak
        ? "may judge on users seen in training (leak)" : "uses the old \(noun.phrase)",
      severity: newer.isSure && entry.isSure ? .error : .warning,
      secondary: labels.stablySorted(by: \.range.lower), help: help)
  }
}

/// The verb of a remedy.
func firstWord(_ line: String) -> String {
  line.split(separator: " ").first.map(String.init) ?? line
}
