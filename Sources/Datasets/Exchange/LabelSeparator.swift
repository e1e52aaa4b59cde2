/// What stands between several labels in one field.
enum LabelSeparator: Equatable {
  case between(String)
  /// A list as Python or JSON writes it: `['calm', 'loud']`.
  case list

  /// Those that are tried, the surest first.
  private static let usual: [LabelSeparator] = [
    .list, .between("|"), .between(";"), .between(","), .between("/"),
  ]

  /// "between commas", for what a column was taken for.
  var text: String {
    switch self {
    case .list: "a list in brackets"
    case .between(let mark): "`\(mark)` between them"
    }
  }

  /// The labels of a field.
  func labels(in field: String) -> [String] {
    switch self {
    case .between(let mark):
      return mark.isEmpty ? [trimmed(field)] : split(field, mark).filter { !$0.isEmpty }
    case .list:
      let inner = trimmed(field)
      guard isBracketed(inner) else { return inner.isEmpty ? [] : [inner] }
      return quotedParts(inner.dropFirst().dropLast()).filter { !$0.isEmpty }
    }
  }

  private func split(_ field: String, _ mark: String) -> [String] {
    var parts: [String] = []
    var rest = field[...]
    while let found = rest.firstRange(of: mark) {
      parts.append(trimmed(rest[..<found.lowerBound]))
      rest = rest[found.upperBound...]
    }
    parts.append(trimmed(rest))
    return parts
  }

  private func isBracketed(_ text: String) -> Bool {
    text.utf8.count >= 2
      && [("[", "]"), ("{", "}"), ("(", ")")].contains { text.hasPrefix($0) && text.hasSuffix($1) }
  }

  /// The parts between commas that are not within quotes, without their quotes.
  private func quotedParts(_ text: Substring) -> [String] {
    var parts: [String] = []
    var part = ""
    var quote: Character?
    var isEscaped = false
    for character in text {
      if isEscaped {
        part.append(character)
        isEscaped = false
      } else if quote != nil, character == "\\" {
        isEscaped = true
      } else if let open = quote {
        if character == open { quote = nil } else { part.append(character) }
      } else if "'\"".contains(character), part.allSatisfy({ $0 == " " }) {
        part = ""
        quote = character
      } else if character == "," {
        parts.append(trimmed(part))
        part = ""
      } else {
        part.append(character)
      }
    }
    return parts + [trimmed(part)]
  }

  // MARK: Guessing

  /// The mark that most of the fields have; bars if none has any.
  static func likeliest(in fields: [String]) -> LabelSeparator {
    let counts = usual.map { separator in fields.count { separator.labels(in: $0).count > 1 } }
    guard let most = counts.max(), most > 0, let place = counts.firstIndex(of: most) else {
      return .between("|")
    }
    return usual[place]
  }

  /// What stands between labels, if fields are lists of few words that come again in others.
  static func guessed(in fields: [String]) -> LabelSeparator? {
    usual.first { $0.isLikely(in: fields) }
  }

  /// The separator by which fields fall into labels that are known.
  static func known(to vocabulary: Vocabulary, in fields: [String]) -> LabelSeparator? {
    usual.stablySorted(descending: true) { separator in
      fields.reduce(0) { $0 + separator.labels(in: $1).count { vocabulary[$0] != nil } }
    }.first
  }

  private func isLikely(in fields: [String]) -> Bool {
    let lists = fields.map { labels(in: $0) }
    let several = lists.count { $0.count > 1 }
    if self == .between("|") { return several > 0 }
    if self == .list {
      return !fields.isEmpty && fields.allSatisfy { isBracketed(trimmed($0)) }
    }
    guard several >= 2, several * 5 >= fields.count else { return false }
    guard lists.allSatisfy({ $0.allSatisfy(Self.isShort) }) else { return false }
    // Labels come again: alone, or with others. Halves of a name do not.
    var wholes: [String: Set<String>] = [:]
    for (field, list) in zip(fields, lists) {
      for label in list { wholes[label, default: []].insert(field) }
    }
    let again = wholes.count { $0.value.count > 1 }
    let total = lists.reduce(0) { $0 + $1.count }
    return again * 2 >= wholes.count && wholes.count * 2 <= total
  }

  /// Whether it is a label and no sentence.
  private static func isShort(_ label: String) -> Bool {
    label.count <= 40 && label.count { $0 == " " } <= 3
  }
}
