/// The optimal string alignment distance: insertions, deletions, substitutions and swaps of
/// neighbours each cost one. Complexity: O(a · b).
package func editDistance(_ a: String, _ b: String) -> Int {
  let a = Array(a.unicodeScalars)
  let b = Array(b.unicodeScalars)
  if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
  var before = [Int](repeating: 0, count: b.count + 1)
  var last = Array(0...b.count)
  for i in 1...a.count {
    var row = [i] + [Int](repeating: 0, count: b.count)
    for j in 1...b.count {
      let substitution = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)
      row[j] = min(last[j] + 1, row[j - 1] + 1, substitution)
      if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
        row[j] = min(row[j], before[j - 2] + 1)
      }
    }
    (before, last) = (last, row)
  }
  return last[b.count]
}

/// At most three of `candidates` that `word` may have been meant to be, best first; none rather
/// than a silly one.
package func suggestions(for word: String, among candidates: some Sequence<String>) -> [String] {
  let asked = word.lowercased()
  guard !asked.isEmpty, asked.utf8.count <= 64 else { return [] }
  let candidates = Array(candidates)
  let limit = max(1, asked.unicodeScalars.count / 3)
  var scored: [(distance: Int, index: Int, name: String)] = []
  for (index, name) in candidates.enumerated() {
    let known = name.lowercased()
    if abs(known.utf8.count - asked.utf8.count) <= 3 * limit + 3 {
      let distance = editDistance(asked, known)
      if distance <= limit {
        scored.append((distance, index, name))
        continue
      }
    }
    if asked.count >= 2, known.hasPrefix(asked) { scored.append((limit + 1, index, name)) }
  }
  scored.sort { ($0.distance, $0.index) < ($1.distance, $1.index) }
  var seen = Set<String>()
  // A single changed letter is likelier than a word of another program, two are not.
  let near = scored.filter { $0.distance <= 1 }.map(\.name)
  let others = scored.filter { $0.distance > 1 }.map(\.name)
  return (near + meanings(of: word, among: candidates) + others)
    .filter { seen.insert($0).inserted }.prefix(3).map { $0 }
}
