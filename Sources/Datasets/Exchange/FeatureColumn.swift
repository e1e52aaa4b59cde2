import Language

/// What a user says of the columns of a table about users or items.
package struct ColumnWishes: Sendable, Equatable {
  /// Columns with several labels in a field, and what stands between those where it is not to be guessed.
  package var labels: [String] = []
  package var between: String?
  /// Columns whose words are features.
  package var words: [String] = []
  /// The most words of a column that are features.
  package var vocabulary = 2000
  /// How many categories words fall into by a hash; nil where words are categories of their own.
  package var buckets: Int?
  /// How much words count beside others of a text.
  package var weighing = WordWeighing.equal
  /// Columns that are one category as they stand.
  package var categories: [String] = []
  /// Values that stand for unknown.
  package var missing: [String] = []

  package init() {}

  /// The columns that something is said of.
  var named: [String] { labels + words + categories }
}

/// A column about users or items before it is known what it is: what the file says of each entity.
struct FeatureColumn {
  enum Cells {
    case texts([String])
    case lists([[String]])
  }

  let file: String
  let name: String
  /// What the feature is called.
  let shown: String
  let subject: ColumnReading.Subject
  let cells: Cells
  /// The entities by which it is told what the column is: those that are rated, lest others change that.
  let judged: [Int]
  let wishes: ColumnWishes
  /// The feature of that name that there is already, and what its column was taken for.
  let earlier: Feature?
  let earlierReading: ColumnReading?

  /// What a column was taken for, and what became of it.
  struct Outcome {
    var features: [Feature]
    var reading: ColumnReading
    var warnings: [String] = []
  }

  func outcome() -> Outcome {
    switch cells {
    case .lists(let lists): outcome(ofLists: lists.map { $0.filter { !isMissing($0) } })
    case .texts(let texts): outcome(of: texts.map { isMissing($0) ? "" : $0 })
    }
  }

  private func isMissing(_ text: String) -> Bool {
    if MissingWords.contains(text) || wishes.missing.contains(text) { return true }
    guard !wishes.missing.isEmpty else { return false }
    let own = number(in: text)
    return own.isFinite && wishes.missing.contains { number(in: $0) == own }
  }

  /// - Parameter how: what a reader is told of the guess; empty where there is none.
  private func outcome(
    _ features: [Feature], _ kind: ColumnReading.Kind, _ how: String = "", _ warnings: [String] = []
  ) -> Outcome {
    var reading = ColumnReading(
      file: file, column: name, role: .feature, how: how, isGuess: !how.isEmpty)
    (reading.subject, reading.kind) = (subject, kind)
    return Outcome(features: features, reading: reading, warnings: warnings)
  }

  private func outcome(of texts: [String]) -> Outcome {
    if wishes.words.contains(name) || earlierReading?.kind == .words { return words(texts, "") }
    if wishes.labels.contains(name) {
      let separator = wishes.between.map { .between($0) } ?? LabelSeparator.likeliest(in: texts)
      return labels(texts, separator, isGuess: false)
    }
    if wishes.categories.contains(name) { return category(texts, "") }
    let decisive = judged.map { texts[$0] }.filter { !$0.isEmpty }
    if let found = numbers(texts, decisive) { return found }
    if let separator = separator(in: decisive) {
      return labels(texts, separator, isGuess: separator != .between("|"))
    }
    if earlier == nil, TextWords.isText(decisive) {
      return words(texts, "nearly every value is different")
    }
    return category(texts, doubt(decisive))
  }

  // MARK: Numbers

  private func numbers(_ texts: [String], _ decisive: [String]) -> Outcome? {
    if case .categories? = earlier?.values { return nil }
    guard let (parse, spoken) = numberReader(decisive) else { return nil }
    var numbers = texts.map { $0.isEmpty ? .nan : parse($0) }
    var how = spoken.isEmpty ? [] : [spoken]
    let odd = zip(texts, numbers).count { !$0.isEmpty && $1.isNaN }
    if odd > 0 {
      how.append(counted(odd, "other value counts as unknown", "other values count as unknown"))
    }
    var warnings: [String] = []
    if let codes = UnknownCodes(besideYears: numbers, of: name) {
      numbers = codes.removed(from: numbers)
      how.append(codes.sentence)
    } else if let codes = UnknownCodes(farFrom: numbers) {
      warnings.append(
        "`\(name)`: \(codes.text) \(codes.verb("lies", "lie")) apart from the others; "
          + "if that means unknown: missing=[\(codes.list)]")
    }
    return outcome(
      [Feature(shown, .numbers(numbers))], .number, how.joined(separator: "; "), warnings)
  }

  /// How nearly all of the texts are read as numbers, and what to say of that; nil where they are none.
  private func numberReader(_ decisive: [String]) -> (parse: (String) -> Float, spoken: String)? {
    if decisive.allSatisfy({ float(in: $0).isFinite }) { return ({ float(in: $0) }, "") }
    let different = Set(decisive).sorted()
    func fits(_ parse: (String) -> Float) -> Bool {
      let count = decisive.count { parse($0).isFinite }
      return count * 10 >= decisive.count * 9 || earlier != nil && count > 0
    }
    let form: NumberForm? =
      switch NumberForm.settled(by: different) {
      case .form(let form): form
      case .undecided(let thousands, _): thousands
      case .none: nil
      }
    if let form, fits({ form.float(in: $0) }) { return ({ form.float(in: $0) }, form.spoken) }
    if case .form(let form) = DateForm.settled(by: different), case .text = form.writing {
      let parse = { (text: String) -> Float in
        form.time(in: text).map { Float(1970 + Double($0) / Double(form.ticks) / 31_556_952) }
          ?? .nan
      }
      if fits(parse) { return (parse, form.spoken + ", as years") }
    }
    return nil
  }

  // MARK: Categories

  private func category(_ texts: [String], _ doubt: String) -> Outcome {
    outcome(
      [Datasets.categories(shown, texts.map { $0.isEmpty ? [] : [$0] })], .category, "",
      doubt.isEmpty ? [] : [doubt])
  }

  /// What speaks against a category; empty when nothing does.
  private func doubt(_ decisive: [String]) -> String {
    if case .undecided = DateForm.settled(by: Set(decisive).sorted()) {
      return
        "`\(name)` holds dates whose day or month may come first: it is a category as it stands"
    }
    guard decisive.count >= TextWords.fewest, Set(decisive).count == decisive.count else {
      return ""
    }
    return "`\(name)`: every value is different, which tells nothing as a category; "
      + "words=[\(Value.text(name).sourceText)] takes its words"
  }

  /// What stands between the labels of fields, if they seem to hold several.
  private func separator(in decisive: [String]) -> LabelSeparator? {
    if case .categories(let vocabulary, let offsets, _)? = earlier?.values {
      let isSeveral = zip(offsets, offsets.dropFirst()).contains { $1 - $0 > 1 }
      return isSeveral ? LabelSeparator.known(to: vocabulary, in: decisive) : nil
    }
    return LabelSeparator.guessed(in: decisive)
  }

  private func labels(
    _ texts: [String], _ separator: LabelSeparator, isGuess: Bool
  ) -> Outcome {
    let lists = texts.map { separator.labels(in: $0).filter { !isMissing($0) } }
    return outcome(
      [Datasets.categories(shown, lists)], .categories, isGuess ? separator.text : "")
  }

  private func outcome(ofLists lists: [[String]]) -> Outcome {
    let known = judged.map { lists[$0] }.filter { !$0.isEmpty }
    let width = known.first?.count ?? 0
    let isVector =
      width > 1
      && known.allSatisfy { $0.count == width && $0.allSatisfy { float(in: $0).isFinite } }
    guard isVector else {
      return outcome([Datasets.categories(shown, lists)], .categories)
    }
    let features = (0..<width).map { place in
      Feature(
        "\(shown).\(place)",
        .numbers(lists.map { $0.count == width ? float(in: $0[place]) : .nan }))
    }
    return outcome(features, .numbers, "\(width) in each list")
  }

  // MARK: Words

  private func words(_ texts: [String], _ why: String) -> Outcome {
    let words = TextWords(texts, judged: judged, known: earlier, wishes)
    let how =
      words.buckets.map { "in \(grouped($0)) categories by a hash" }
      ?? "\(grouped(words.count)) that occur in two \(subject.rawValue) or more"
    let weighing = words.weights.isEmpty ? "" : ", weighed by how rare they are"
    return outcome(
      [words.feature(shown)], .words, how + weighing + (why.isEmpty ? "" : ", since \(why)"))
  }
}
