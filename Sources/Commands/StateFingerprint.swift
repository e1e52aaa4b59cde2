/// What a session holds, in one digest for each part: equal fingerprints, equal states.
package struct StateFingerprint: Sendable, Equatable {
  /// The parts that are there, each before those that are made from it.
  package private(set) var parts: [(name: String, digest: String)] = []

  package init() {}

  package init(_ session: Session) {
    func add(_ name: String, _ digest: String?) {
      guard let digest else { return }
      parts.append((name, String(digest.prefix(8))))
    }
    let named: [(String, Slot)] = [
      ("data", .data), ("split", .tasks), ("weights", .currentModel), ("adapted", .currentAdapted),
    ]
    for (name, slot) in named {
      let content = session.content(of: slot)
      // The digest of what it is to learn from comes first.
      if content != Session.nothing { add(name, content) }
    }
  }

  /// `data=1f2e3d4c split=8a9b0c1d`.
  package var text: String { parts.map { "\($0.name)=\($0.digest)" }.joined(separator: " ") }

  package init(reading text: String) {
    for word in text.split(separator: " ") {
      let pair = word.split(separator: "=", maxSplits: 1)
      if pair.count == 2 { parts.append((String(pair[0]), String(pair[1]))) }
    }
  }

  /// The first part that is another one, or none, in `other`.
  package func firstDifference(from other: StateFingerprint) -> String? {
    parts.first { other[$0.name] != $0.digest }?.name
  }

  /// The parts that are not the same before.
  package func changes(since before: StateFingerprint) -> StateFingerprint {
    var changes = self
    changes.parts = parts.filter { before[$0.name] != $0.digest }
    return changes
  }

  package var isEmpty: Bool { parts.isEmpty }

  private subscript(_ name: String) -> String? { parts.first { $0.name == name }?.digest }

  package static func == (a: StateFingerprint, b: StateFingerprint) -> Bool { a.text == b.text }
}
