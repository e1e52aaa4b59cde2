import Datasets
import MetaLearning

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
    add("data", session.data?.contentDigest)
    add("split", session.tasks.map { hexadecimal($0.contentDigest) })
    add("weights", session.model?.weightsDigest)
    add("adapted", session.adapted?.digest)
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

extension AdaptedModel {
  var digest: String {
    let support = context.support.map { rating in
      UInt64(UInt32(bitPattern: rating.item)) << 32 | UInt64(rating.rating.bitPattern)
    }
    return hexadecimal(Datasets.digest(support + Array(model.weightsDigest.utf8).map(UInt64.init)))
  }
}
