/// A configurable with all its options, as a script would write it: `maml steps=5 inner-lr=0.01`. An option is left
/// out where it has the value that a description without it stands for.
package func described(_ value: any Configurable) -> String {
  func open<Root: Configurable>(_ root: Root) -> String {
    let options = Root.signature.parameters.compactMap { parameter in
      let text = parameter.text(of: root)
      return text.isEmpty || text == parameter.form.absentText
        ? nil : "\(parameter.form.name)=\(text)"
    }
    return ([Root.name] + options).joined(separator: " ")
  }
  return open(value)
}

/// The present value of one option as a script would write it; nil when there is no such option.
package func optionText(_ name: String, of value: any Configurable) -> String? {
  func open<Root: Configurable>(_ root: Root) -> String? {
    Root.signature.parameters.first { $0.form.name == name }?.text(of: root)
  }
  return open(value)
}

extension Catalog {
  /// The member that `described` would write like this.
  package func member(described line: String) -> Result<Kind, Problem> {
    let words = line.split(separator: " ").map(String.init)
    return make(words.first ?? "").flatMap { member in
      guard var member = member as? any Configurable else {
        return .failure(Problem("E0202", "`\(line)` names no \(noun)"))
      }
      let absent = type(of: member).form.parameters.compactMap { option in
        option.absentText.map { "\(option.name)=\($0)" }
      }
      for word in absent + words.dropFirst() {
        let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
        guard parts.count == 2 else {
          return .failure(Problem("E0203", "`\(word)` is no option"))
        }
        if let problem = set(option: parts[0], to: plainValue(parts[1]), of: &member) {
          return .failure(problem)
        }
      }
      return (member as? Kind).map { .success($0) }
        ?? .failure(Problem("E0202", "`\(line)` names no \(noun)"))
    }
  }
}

/// A number, a word, or a list of them with commas between.
private func plainValue(_ text: String) -> Value {
  let parts = text.split(separator: ",").map(String.init)
  if parts.count > 1 { return .list(parts.map(plainValue)) }
  return Double(decimal: text).map { .number(Number($0, spelling: text)) } ?? .word(text)
}
