import CKernels
import Kernels

extension FileContents {
  /// The XXH64 of the contents in hexadecimal.
  package var digest: String {
    knownDigest.value(unless: { Cancellation.isRequested }) {
      guard let base = bytes.baseAddress else { return hexadecimal(mrs_digest("", 0, nil)) }
      return hexadecimal(
        mrs_digest(
          base.assumingMemoryBound(to: UInt8.self), Int64(bytes.count), Cancellation.question))
    }
  }

  /// Whether its digest costs nothing any more.
  package var isDigested: Bool { knownDigest.isKnown }

  /// The file as the source of a data set.
  package var source: Dataset.Source {
    Dataset.Source(path: path, bytes: bytes.count, digest: digest)
  }
}

/// Sixteen digits.
package func hexadecimal(_ number: UInt64) -> String {
  let digits = String(number, radix: 16)
  return String(repeating: "0", count: 16 - digits.count) + digits
}

/// The XXH64 of the values' bytes.
package func digest<T: BitwiseCopyable>(_ values: [T]) -> UInt64 {
  values.withUnsafeBytes { bytes in
    guard let base = bytes.baseAddress else { return 0 }
    return mrs_digest(
      base.assumingMemoryBound(to: UInt8.self), Int64(bytes.count), Cancellation.question)
  }
}

extension Dataset {
  /// A digest of all that a model can learn from: ids, ratings, times and features.
  package var contentDigest: String { contentDigest(of: items) }

  /// The same with other items, whose numbers those of the ratings are, or would be.
  func contentDigest(of items: Entities) -> String {
    var words = interactions.digests(withTimes: true) + [digest([scale.lowest, scale.highest])]
    // Ratings keep the digests that they had before there were interactions.
    if interactions.ticks != 1 { words.append(UInt64(interactions.ticks)) }
    if feedback == .interactions { words.append(digest(interactions.counts) &+ 1) }
    for side in [users, items] {
      words.append(side.ids.namesDigest)
      for feature in side.features {
        words.append(digest(Array(feature.name.utf8)))
        switch feature.values {
        case .categories(let vocabulary, let offsets, let codes):
          words += [vocabulary.namesDigest, digest(offsets), digest(codes)]
        case .numbers(let numbers): words.append(digest(numbers))
        }
        if !feature.weights.isEmpty { words.append(digest(feature.weights)) }
      }
    }
    if let trust {
      words += [
        digest(ofNames: trust.trusters), digest(ofNames: trust.trusted), digest(trust.weights),
      ]
    }
    if showings != nil { words.append(1) }
    return hexadecimal(digest(words))
  }
}

extension Interactions {
  /// Those of users, items, ratings and, if wanted, times, in this order.
  func digests(withTimes: Bool) -> [UInt64] {
    orderedMap(withTimes ? 4 : 3) { column in
      switch column {
      case 0: digest(users)
      case 1: digest(items)
      case 2: digest(ratings)
      default: digest(times)
      }
    }
  }
}

extension Vocabulary {
  fileprivate var namesDigest: UInt64 { digest(ofNames: names) }
}

/// The XXH64 of the names' bytes, each with a zero behind it.
package func digest(ofNames names: [String]) -> UInt64 {
  var bytes: [UInt8] = []
  bytes.reserveCapacity(names.reduce(0) { $0 + $1.utf8.count + 1 })
  for name in names {
    bytes += name.utf8
    bytes.append(0)
  }
  return digest(bytes)
}
