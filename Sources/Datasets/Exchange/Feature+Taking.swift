/// Whose values were others before a file was taken up, by what the values are of.
package struct ReplacedValues: Sendable, Equatable {
  /// The features, or titles, of which some are others.
  package private(set) var columns: [(name: String, entities: Set<Int>)] = []

  package init() {}

  package mutating func add(_ name: String, _ entities: Set<Int>) {
    guard !entities.isEmpty else { return }
    columns.append((name, entities))
  }

  /// All users or items that are concerned, in the order of the data.
  package var entities: [Int] {
    columns.reduce(into: Set<Int>()) { $0.formUnion($1.entities) }.sorted()
  }

  package static func == (a: ReplacedValues, b: ReplacedValues) -> Bool {
    a.columns.elementsEqual(b.columns) { $0 == $1 }
  }
}

extension Entities {
  /// Adds the feature; where there is one of its name, what the new one knows takes the place of what that said.
  ///
  /// - Returns: whose value was another.
  package mutating func take(_ feature: Feature) -> Set<Int> {
    guard let place = features.firstIndex(where: { $0.name == feature.name }) else {
      features.append(feature)
      return []
    }
    let earlier = features[place]
    let changed = (0..<count).filter { entity in
      earlier.isKnown(of: entity) && feature.isKnown(of: entity)
        && earlier.spelling(of: entity) != feature.spelling(of: entity)
    }
    features[place] = earlier.overlaid(by: feature)
    return Set(changed)
  }
}

extension Feature {
  func isKnown(of entity: Int) -> Bool {
    switch values {
    case .numbers(let numbers): !numbers[entity].isNaN
    case .categories(_, let offsets, _): offsets[entity] < offsets[entity + 1]
    }
  }

  /// What the other one knows, and what this one does elsewhere. The other one alone where they are of different
  /// kinds.
  fileprivate func overlaid(by other: Feature) -> Feature {
    var result = other
    result.fillsWithMean = fillsWithMean || other.fillsWithMean
    switch (values, other.values) {
    case (.numbers(let old), .numbers(let new)):
      result.values = .numbers(zip(old, new).map { $1.isNaN ? $0 : $1 })
    case (.categories(var vocabulary, let offsets, let codes), .categories(let names, _, let added)):
      guard
        offsets.indices.dropLast().contains(where: { isKnown(of: $0) && !other.isKnown(of: $0) })
      else { return result }
      guard case .categories(_, let newOffsets, _) = other.values else { return result }
      let known = vocabulary.count
      let numbers = names.names.map { Int32(vocabulary.insert($0)) }
      if !other.weights.isEmpty {
        result.weights =
          weights.isEmpty ? Array(repeating: 1, count: known) : weights
        for (number, weight) in zip(numbers, other.weights) where Int(number) >= known {
          result.weights.append(weight)
        }
      }
      var (joinedOffsets, joined): ([Int32], [Int32]) = ([0], [])
      for entity in offsets.indices.dropLast() {
        if other.isKnown(of: entity) {
          let range = Int(newOffsets[entity])..<Int(newOffsets[entity + 1])
          joined += added[range].map { numbers[Int($0)] }
        } else {
          joined += codes[Int(offsets[entity])..<Int(offsets[entity + 1])]
        }
        joinedOffsets.append(Int32(joined.count))
      }
      result.values = .categories(vocabulary, offsets: joinedOffsets, codes: joined)
    default: break
    }
    return result
  }
}
