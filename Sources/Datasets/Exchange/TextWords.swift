import Language

/// The words of texts as several categories each: those that occur in two texts or more, and in no more than half
/// of them.
struct TextWords {
  let vocabulary: Vocabulary
  let lists: [[String]]

  /// The fewest texts from which anything is concluded.
  static let fewest = 8

  /// - Parameters:
  ///   - judged: the places of the texts by which words are chosen.
  ///   - known: the words to take, where they were chosen before.
  ///   - most: the most words; those of the most texts are taken.
  init(_ texts: [String], judged: [Int], known: Vocabulary?, most: Int) {
    let words = texts.map { Self.words(in: $0) }
    if let known {
      vocabulary = known
    } else {
      var counts: [String: Int] = [:]
      for place in judged { for word in words[place] { counts[word, default: 0] += 1 } }
      let texts = judged.count { !words[$0].isEmpty }
      let usual = counts.filter { $0.value >= 2 && $0.value * 2 <= texts }
      let ranked = usual.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      vocabulary = Vocabulary(ranked.prefix(most).map(\.key))
    }
    let chosen = vocabulary
    lists = words.map { $0.filter { chosen[$0] != nil } }
  }

  /// The words of a text in small letters, each once, in the order in which they come.
  static func words(in text: String) -> [String] {
    var seen = Set<String>()
    return text.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
      .filter { ($0.utf8.count > 1) && seen.insert($0).inserted }
  }

  /// Whether these are texts rather than names: nearly all different, and of several words.
  static func isText(_ values: [String]) -> Bool {
    guard values.count >= fewest, Set(values).count * 10 >= values.count * 9 else { return false }
    let words = values.reduce(0) { $0 + $1.split(separator: " ").count }
    return words >= 4 * values.count
  }
}
