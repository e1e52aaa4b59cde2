import Kernels
import Language

/// How much the words of a text count beside each other.
package enum WordWeighing: String, ArgumentChoice {
  case equal
  case tfIdf = "tf-idf"

  package var summary: String {
    switch self {
    case .equal: "all alike"
    case .tfIdf: "each by how rare it is, 1 + ln((1 + texts) / (1 + texts with it)), once in a text"
    }
  }
}

/// The words of texts as several categories each: those that occur in two texts or more, and in no more than half
/// of them; or all, in a fixed number of categories by a hash, so that words of later texts have one, too.
struct TextWords {
  /// How many different ones are chosen.
  let count: Int
  /// How much each counts; all alike where it is empty.
  private(set) var weights: [String: Float] = [:]
  /// How many categories words fall into; nil where they are their own.
  let buckets: Int?
  private var lists: [[String]]

  /// The fewest texts from which anything is concluded.
  static let fewest = 8

  /// - Parameters:
  ///   - judged: the places of the texts by which words are chosen and weighed.
  ///   - known: the feature of texts whose words were chosen before.
  init(_ texts: [String], judged: [Int], known: Feature?, _ wishes: ColumnWishes) {
    var before: Vocabulary?
    if case .categories(let vocabulary, _, _)? = known?.values { before = vocabulary }
    buckets = before.map { Self.buckets(of: $0) } ?? wishes.buckets
    lists = texts.map { Self.words(in: $0) }
    if let buckets {
      lists = lists.map { words in
        var seen = Set<String>()
        return words.map { Self.bucket(of: $0, among: buckets) }
          .filter { seen.insert($0).inserted }
      }
      count = buckets
    } else {
      let chosen = before ?? Self.usual(lists, judged, most: wishes.vocabulary)
      lists = lists.map { $0.filter { chosen[$0] != nil } }
      count = chosen.count
    }
    if let known, let before {
      // What was weighed before keeps its weight.
      weights = Dictionary(uniqueKeysWithValues: zip(before.names, known.weights))
    } else if wishes.weighing == .tfIdf {
      weights = Self.rarity(lists, judged)
    }
  }

  /// The feature of the texts.
  func feature(_ name: String) -> Feature {
    var feature = categories(name, lists)
    // What no text had by which words were weighed is as rare as the rarest.
    if case .categories(let vocabulary, _, _) = feature.values, let rarest = weights.values.max() {
      feature.weights = vocabulary.names.map { weights[$0] ?? rarest }
    }
    return feature
  }

  /// The words that tell texts apart, those of the most texts first.
  private static func usual(_ words: [[String]], _ judged: [Int], most: Int) -> Vocabulary {
    var counts: [String: Int] = [:]
    for place in judged { for word in words[place] { counts[word, default: 0] += 1 } }
    let texts = judged.count { !words[$0].isEmpty }
    let usual = counts.filter { $0.value >= 2 && $0.value * 2 <= texts }
    let ranked = usual.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    return Vocabulary(ranked.prefix(most).map(\.key))
  }

  /// Inverse document frequencies.
  private static func rarity(_ lists: [[String]], _ judged: [Int]) -> [String: Float] {
    var counts: [String: Int] = [:]
    for place in judged { for word in lists[place] { counts[word, default: 0] += 1 } }
    let texts = judged.count { !lists[$0].isEmpty }
    return counts.mapValues { Float(1 + Elementary.log(Double(1 + texts) / Double(1 + $0))) }
  }

  // MARK: Buckets

  /// `#17/1024`: the category of a word.
  private static func bucket(of word: String, among count: Int) -> String {
    "#\(digest(Array(word.utf8)) % UInt64(count))/\(count)"
  }

  /// How many buckets the categories of earlier texts are, if they are such.
  private static func buckets(of vocabulary: Vocabulary) -> Int? {
    guard let name = vocabulary.names.first, name.hasPrefix("#") else { return nil }
    return name.split(separator: "/").last.flatMap { Int($0) }
  }

  // MARK: Texts

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
