extension Checker {
  /// Warns of texts such as `"$name.csv"`, in which a name that is bound stands as it is written.
  mutating func warnOfNamesInTexts(_ script: Script) {
    let texts = script.tokens.filter { $0.kind == .text }
    guard !texts.isEmpty else { return }
    var known: Set<String>?
    for text in texts {
      for found in source.slice(text.range).namesOutsideBraces {
        let names = known ?? boundNames(in: script.statements)
        known = names
        let name = found.name.longestName {
          names.contains($0) || context.variables[$0] != nil
        }
        guard let name else { continue }
        let start = text.range.lower + found.offset
        let range = SourceRange(start, start + name.utf8.count + 1)
        diagnostics.append(
          Diagnostic(
            "W0608", "`$\(name)` stands in this text as it is written", at: range,
            label: "a value is put in by `{$\(name)}`", severity: .warning,
            help: ["in single quotes '…' a dollar sign is meant"],
            fix: .init(range, "{$\(name)}")))
      }
    }
  }

  /// Every name that statements bind, those of blocks and parameters too.
  private func boundNames(in statements: [Statement]) -> Set<String> {
    var names: Set<String> = []
    for statement in statements {
      switch statement.kind {
      case .assignment(let name, _): names.insert(name.text)
      case .parameter(let parameter): names.insert(parameter.name.text)
      case .loop(let loop): names.insert(loop.variable.text)
      case .definition(let definition):
        names.formUnion(definition.parameters.map(\.name.text))
      default: break
      }
      for block in statement.blocks { names.formUnion(boundNames(in: block.statements)) }
    }
    return names
  }
}

extension String {
  /// What follows each `$` of a text that stands in no braces, with the place of the sign in bytes.
  fileprivate var namesOutsideBraces: [(name: String, offset: Int)] {
    let bytes = Array(utf8)
    var found: [(name: String, offset: Int)] = []
    var (at, depth) = (0, 0)
    while at < bytes.count {
      switch bytes[at] {
      case UInt8(ascii: "\\"): at += 1
      case UInt8(ascii: "{"): depth += 1
      case UInt8(ascii: "}"): depth = max(0, depth - 1)
      case UInt8(ascii: "$") where depth == 0:
        let name = bytes[(at + 1)...].prefix { $0.isNamePart || $0 == UInt8(ascii: "-") }
        if !name.isEmpty { found.append((String(decoding: name, as: UTF8.self), at)) }
      default: break
      }
      at += 1
    }
    return found
  }

  /// The longest beginning up to a hyphen that is such a name.
  fileprivate func longestName(where isName: (String) -> Bool) -> String? {
    var name = self[...]
    while !name.isEmpty {
      if isName(String(name)) { return String(name) }
      guard let hyphen = name.lastIndex(of: "-") else { return nil }
      name = name[..<hyphen]
    }
    return nil
  }
}
