extension Checker {
  /// Checks the statements of another file as if they stood here.
  mutating func check(inclusion path: Expression) {
    guard let written = value(of: path)?.text else { return }
    guard let included = context.included else {
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
    guard let file = included(name) else {
      diagnostics.append(
        Diagnostic(
          "E0501", "no file `\(name)` can be read", at: path.range,
          help: ["paths are relative to the script that includes"]))
      return
    }
    let (script, faults) = parse(file.text)
    var inner = Checker(source: file, context: context)
    inner.including = including + [name]
    inner.diagnostics = faults
    inner.followed = followed
    inner.loops = loops
    inner.hasUnseen = hasUnseen
    inner.followsNouns = followsNouns
    inner.check(script.statements)
    followed = inner.followed
    hasUnseen = inner.hasUnseen
    context = inner.context
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
