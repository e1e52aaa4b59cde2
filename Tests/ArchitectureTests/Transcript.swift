/// The words of an output, to compare what two runs say.
///
/// Words are equal to the letter, numbers to a unit of their last digit, since CPUs without fused
/// multiply-add round differently; any two durations are equal.
struct Transcript: Equatable {
  enum Word {
    case word(Substring)
    case number(Double, unit: Double)
    case duration
  }

  private var words: [Word]

  init(_ text: String) {
    let parts = text.split { $0.isWhitespace }.filter { $0 != "#>" && !$0.allSatisfy { $0 == "-" } }
    words = parts.indices.map { index in
      let next = index + 1 < parts.count ? parts[index + 1] : ""
      return Self.word(parts[index], before: next)
    }
  }

  static func == (a: Transcript, b: Transcript) -> Bool { a.firstDifference(from: b) == nil }

  /// The words around the first that differs; nil when both say the same.
  func firstDifference(from other: Transcript) -> String? {
    let shared = zip(words, other.words).prefix { Self.areEqual($0, $1) }.count
    guard shared < max(words.count, other.words.count) else { return nil }
    func around(_ words: [Word]) -> String {
      words[max(0, shared - 3)..<min(shared + 3, words.count)].map(Self.text).joined(separator: " ")
    }
    return "`\(around(words))` differs from `\(around(other.words))`"
  }

  private static func word(_ word: Substring, before next: Substring) -> Word {
    guard let value = Double(word) else { return .word(word) }
    if ["s", "ms", "min"].contains(next.prefix { $0.isLetter }) { return .duration }
    let decimals = word.split(separator: ".").dropFirst().first?.count ?? 0
    return .number(
      value, unit: decimals == 0 ? 0 : (0..<decimals).reduce(1) { unit, _ in unit / 10 })
  }

  private static func areEqual(_ a: Word, _ b: Word) -> Bool {
    switch (a, b) {
    case (.word(let a), .word(let b)): a == b
    case (.number(let a, let unit), .number(let b, _)): abs(a - b) <= 1.001 * unit
    case (.duration, .duration): true
    default: false
    }
  }

  private static func text(_ word: Word) -> String {
    switch word {
    case .word(let word): String(word)
    case .number(let value, _): "\(value)"
    case .duration: "<time>"
    }
  }
}
