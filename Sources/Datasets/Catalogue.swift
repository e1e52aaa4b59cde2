import Kernels

/// The items of a data set are those of its catalogue: some may have no rating. They stand behind the rated ones of
/// the same files, so that numbers of rated items do not depend on what else there is.
extension Entities {
  /// Adds those of the ids that are not there yet; all else about them is unknown.
  package mutating func extend(with names: some Sequence<String>) {
    let before = count
    for name in names { ids.insert(name) }
    let more = count - before
    guard more > 0 else { return }
    if !titles.isEmpty { titles += Array(repeating: "", count: more) }
    for index in features.indices { features[index].extend(by: more) }
  }
}

extension Feature {
  /// Makes room for further entities, of whom it is unknown.
  fileprivate mutating func extend(by more: Int) {
    switch values {
    case .numbers(let numbers):
      values = .numbers(numbers + Array(repeating: .nan, count: more))
    case .categories(let vocabulary, let offsets, let codes):
      let end = offsets.last ?? 0
      values = .categories(
        vocabulary, offsets: offsets + Array(repeating: end, count: more), codes: codes)
    }
  }
}

extension Dataset {
  /// For each item whether anybody has rated it.
  package var isRatedItem: [Bool] {
    let (rows, count) = (interactions.items, items.count)
    // Of few ratings all in one; of many in parts, each of which ends when it has met all items.
    let parts = rows.count / 64 > count ? 8 : 1
    let found = orderedMap(parts) { part -> [Bool] in
      var isRated = [Bool](repeating: false, count: count)
      var left = count
      isRated.withUnsafeMutableBufferPointer { isRated in
        for item in rows[rows.count * part / parts..<rows.count * (part + 1) / parts]
        where !isRated[Int(item)] {
          isRated[Int(item)] = true
          left -= 1
          if left == 0 { break }
        }
      }
      return isRated
    }
    return found.dropFirst().reduce(into: found[0]) { all, part in
      for item in 0..<count where part[item] { all[item] = true }
    }
  }

  /// The numbers of the items that somebody has rated, in order.
  package var ratedItems: [Int32] {
    let isRated = isRatedItem
    return (0..<Int32(items.count)).filter { isRated[Int($0)] }
  }

  /// Something for each item: what `body` gives for as many things as there are rated items, and `other` for the
  /// items that nobody has rated.
  func onRatedItems<T>(_ other: T, _ body: (Int) -> [T]) -> [T] {
    let rated = ratedItems
    var all = [T](repeating: other, count: items.count)
    for (item, value) in zip(rated, body(rated.count)) { all[Int(item)] = value }
    return all
  }

  /// How many items of the catalogue nobody has rated.
  package var unratedItemCount: Int { isRatedItem.count { !$0 } }

  /// The digest of what a model can learn from: that of the same data without the items that nobody has rated.
  package var learnableDigest: String { learnableDigest(content: contentDigest) }

  /// - Parameters:
  ///   - content: the digest of the whole content, which is the same where all items are rated.
  ///   - rated: `ratedItems`, for whoever has them already.
  package func learnableDigest(
    content: @autoclosure () -> String, rated: [Int32]? = nil
  ) -> String {
    let rated = rated ?? ratedItems
    return rated.count == items.count
      ? content() : contentDigest(of: items.selecting(rated).withoutUnusedCategories)
  }
}

extension Entities {
  /// Without the categories behind the last one that occurs: those of entities that are gone.
  fileprivate var withoutUnusedCategories: Entities {
    var entities = self
    for index in features.indices {
      guard case .categories(let vocabulary, let offsets, let codes) = features[index].values
      else { continue }
      let used = Int(codes.max() ?? -1) + 1
      guard used < vocabulary.count else { continue }
      entities.features[index].values = .categories(
        Vocabulary(vocabulary.names.prefix(used)), offsets: offsets, codes: codes)
      entities.features[index].weights = Array(features[index].weights.prefix(used))
    }
    return entities
  }
}
