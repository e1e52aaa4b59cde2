import Language
import LanguageLaboratory
import Testing

/// Scripts made wrong in one place: what could be known before running is known before running.
@Suite struct MutationTests {
  static let script = """
    load data
    split tasks by=user query=10
    meta-train maml steps=5 order=2 epochs=3 hidden=64,64
    let r = evaluate ndcg@10 mrr
    expect $r.ndcg@10 >= 0.3
    for k in [5, 10] {
      adapt user 42
      topk $k
    }
    if $r.mrr > 0.1 { topk 5 } else { adapt new 50=5 "Heat (1995)"=4 }
    def trial(rate = 0.1) { meta-train maml inner-rate=$rate }
    trial 0.2
    set seed=3 threads=2
    save session "x.mrs"
    """

  /// Every kind of slip, at every place of the script where it can be made.
  static var mutants: [String] {
    let words = [
      "load", "split", "by", "user", "query", "meta-train", "maml", "steps", "order", "epochs",
      "hidden",
      "evaluate", "ndcg@10", "mrr", "expect", "topk", "adapt", "inner-rate", "trial", "set", "seed",
      "threads", "save", "session", "$r", "$k", "$rate", "for", "if", "else", "def", "let", "in",
    ]
    var mutants: [String] = []
    for word in words {
      for (index, place) in places(of: word).enumerated() {
        for typo in typos(of: word, index) { mutants.append(replacing(place, with: typo)) }
      }
    }
    let values: [(String, [String])] = [
      ("=10", ["=ten", "=0", "=-1", "=1.5", "=10s", "= 10", "=", "=[1, 2"]),
      (
        "steps=5",
        ["steps=five", "steps=0", "steps=5%", "steps = 5", "steps=", "steps=\"5", "steps"]
      ),
      ("order=2", ["order=3", "order=x", "order=0", "order=$q", "order=2 order=1", "--order 2"]),
      ("epochs=3", ["epochs=3 4", "epochs=3,4", "epochs", "3", "epochs=3)", "epochs=[3]5"]),
      ("=user", ["=item", "=5", "=usr"]), ("=64,64", ["=64,x", "=64, 64", "=a"]),
      ("0.3", ["warm", "\"0.3", "0.3s", "$q"]), ("[5, 10]", ["[5, 10", "5", "5, 10]", "[five]"]),
      ("$k", ["0", "five", "-1"]), (">=", ["=>", "=", "> ="]), ("{", ["", "["]), ("}", ["", "]"]),
      ("\"x.mrs\"", ["\"x.mrs", "", "\"a\" \"b\""]), ("=4", ["=four", "= four"]),
    ]
    for (value, wrong) in values {
      for place in places(of: value) {
        for text in wrong { mutants.append(replacing(place, with: text)) }
      }
    }
    let lines = script.split(separator: "\n").map(String.init)
    for index in lines.indices {
      mutants.append(
        (lines[..<index] + [lines[index] + " )"] + lines[(index + 1)...]).joined(separator: "\n"))
    }
    for index in [0, 1, 2, 3] {
      mutants.append((lines[..<index] + lines[(index + 1)...]).joined(separator: "\n"))
    }
    for (a, b) in [(0, 1), (1, 2), (2, 3), (3, 4), (10, 11)] {
      var swapped = lines
      swapped.swapAt(a, b)
      mutants.append(swapped.joined(separator: "\n"))
    }
    mutants.append((lines[...2] + ["split tasks by=time"] + lines[3...]).joined(separator: "\n"))
    mutants.append(
      ([lines[0], lines[1], lines[2], lines[0]] + lines[3...]).joined(separator: "\n"))
    return mutants
  }

  private static func places(of word: String) -> [SourceRange] {
    let bytes = Array(script.utf8)
    let wanted = Array(word.utf8)
    let isName = wanted.allSatisfy {
      $0 >= 0x61 && $0 <= 0x7A || $0 == 0x2D || $0 == 0x40 || $0 < 0x3A
    }
    return (0...(bytes.count - wanted.count)).compactMap { start in
      let end = start + wanted.count
      guard bytes[start..<end].elementsEqual(wanted) else { return nil }
      func isPart(_ byte: UInt8) -> Bool {
        (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A || byte == 0x2D || byte == 0x24
          || byte == 0x40
          || byte == 0x2E
      }
      if isName || word.hasPrefix("$") {
        if start > 0, isPart(bytes[start - 1]) { return nil }
        if end < bytes.count, isPart(bytes[end]), !word.hasPrefix("$") { return nil }
      }
      return SourceRange(start, end)
    }
  }

  /// A letter doubled, dropped, or two swapped.
  private static func typos(of word: String, _ seed: Int) -> [String] {
    let letters = Array(word)
    let at = 1 + seed % max(1, letters.count - 2)
    var doubled = letters
    doubled.insert(letters[at], at: at)
    var dropped = letters
    dropped.remove(at: at)
    var swapped = letters
    if at + 1 < letters.count { swapped.swapAt(at, at + 1) }
    return Set([String(doubled), String(dropped), String(swapped)]).subtracting([word]).sorted()
  }

  private static func replacing(_ range: SourceRange, with text: String) -> String {
    let source = Source(text: script)
    return source.slice(SourceRange(0, range.lower)) + text
      + source.slice(SourceRange(range.upper, script.utf8.count))
  }

  @Test func theScriptItselfIsRight() {
    #expect(
      Laboratory.check(Self.script).isEmpty, "\(Laboratory.check(Self.script).map(\.message))")
  }

  @Test func mutantsAreCaughtBeforeTheyRun() {
    let mutants = Self.mutants
    #expect(mutants.count >= 200)
    let missed = mutants.filter { mutant in
      !Laboratory.check(mutant).contains { $0.severity == .error }
    }
    let caught = Double(mutants.count - missed.count) / Double(mutants.count)
    #expect(
      caught >= 0.98, "\(missed.count) of \(mutants.count) missed: \(missed.map(Self.change))")
    print("\(mutants.count - missed.count) of \(mutants.count) mutants caught")
  }

  @Test func everyFaultHasAPlaceAndAWayOut() {
    for mutant in Self.mutants {
      for found in Laboratory.check(mutant) {
        let hasWayOut = found.fix != nil || !found.help.isEmpty || !found.primary.text.isEmpty
        #expect(hasWayOut, "\(found.code) \(found.message)")
        #expect(codePage(of: found.code) != nil, "\(found.code)")
      }
    }
  }

  @Test func singleSlipsGetTheRightFirstSuggestion() {
    let words = [
      "load", "split", "query", "meta-train", "steps", "order", "epochs", "hidden", "evaluate",
      "topk",
      "adapt", "threads", "seed", "maml",
    ]
    var asked = 0
    var right = 0
    for word in words {
      for (index, place) in Self.places(of: word).enumerated() {
        for typo in Self.typos(of: word, index) {
          asked += 1
          let found = Laboratory.check(Self.replacing(place, with: typo))
          if found.contains(where: { $0.fix?.replacement == word }) { right += 1 }
        }
      }
    }
    #expect(Double(right) >= 0.9 * Double(asked), "\(right) of \(asked)")
    print("\(right) of \(asked) single slips get the right first suggestion")
  }

  /// The lines of a mutant that the script does not have.
  private static func change(_ mutant: String) -> String {
    let own = Set(script.split(separator: "\n"))
    return mutant.split(separator: "\n").filter { !own.contains($0) }.joined(separator: " / ")
  }
}
