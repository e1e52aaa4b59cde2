extension Checker {
  /// Checks the statements of another file as if they stood here.
  mutating func check(inclusion path: Expression) {
    guard let written = value(of: path)?.text else { return }
    guard let files = context.files else {
      hasUnseen = true
      return
    }
    let name = pathBeside(including.last ?? "", written, isScript: including.count > 1)
    guard !including.contains(name), including.count < 32 else {
      diagnostics.append(
        Diagnostic(
          "E0107", "`\(name)` includes itself", at: path.range,
          label: including.dropFirst().isEmpty
            ? "" : "by way of " + including.dropFirst().joined(separator: ", "),
          help: ["move what both need into a third file"]))
      return
    }
    let file: Source
    switch files.source(name) {
    case .success(let found): file = found
    case .failure(let problem):
      var found = problem.diagnostic(at: path.range)
      if conditions > 0 { found.severity = .warning }
      diagnostics.append(found)
      // What it would have brought is not missed a second time.
      hasUnseen = true
      return
    }
    touched.readers[plain(name)] = path.range
    let (script, faults) = parse(file.text)
    var inner = Checker(source: file, context: context, verdicts: verdicts)
    inner.including = including + [name]
    inner.diagnostics = faults
    inner.followed = followed
    inner.loops = loops
    inner.hasUnseen = hasUnseen
    inner.conditions = conditions
    inner.touched = touched.forgettingPlaces
    inner.followsNouns = followsNouns
    inner.check(script.statements)
    followed = inner.followed
    hasUnseen = inner.hasUnseen
    context = inner.context
    touched = touched.joined(with: inner.touched, at: path.range)
    context.ledger = context.ledger.settled { "\(name) line \(file.line(of: $0.lower))" }
    for found in inner.diagnostics {
      let place = file.position(of: found.primary.range.lower)
      var moved = found
      moved.message = "in `\(name)`, line \(place.line): \(found.message)"
      moved.primary = Diagnostic.Label(path.range, "`\(file.slice(found.primary.range))`")
      moved.secondary = []
      moved.fix = nil
      diagnostics.append(moved)
    }
  }
}

/// A path that an included file names, seen from the first script: relative to the file's folder.
package func pathBeside(_ file: String, _ written: String, isScript: Bool) -> String {
  guard isScript, !written.hasPrefix("/"), let slash = file.lastIndex(of: "/") else {
    return written
  }
  return String(file[...slash]) + written
}
