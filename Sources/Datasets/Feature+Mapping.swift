import Language

extension Feature {
  /// The same feature with other names for its categories; an empty name is no category.
  package func mapped(_ name: (String) -> String) -> Feature {
    guard case .categories(let vocabulary, let offsets, let codes) = values else { return self }
    let names = vocabulary.names.map(name)
    return categories(
      self.name,
      zip(offsets, offsets.dropFirst()).map { first, last in
        codes[Int(first)..<Int(last)].map { names[Int($0)] }.filter { !$0.isEmpty }
      })
  }

  /// A feature whose single categories spell numbers, as numbers; NaN where there is none.
  package var asNumbers: Feature {
    guard case .categories(let vocabulary, let offsets, let codes) = values else { return self }
    let numbers = vocabulary.names.map { float(in: $0) }
    return Feature(
      name,
      .numbers(
        zip(offsets, offsets.dropFirst()).map { first, last in
          last == first + 1 ? numbers[Int(codes[Int(first)])] : .nan
        }))
  }
}

/// The mean of some values, and their standard deviation, or 1 where they do not differ.
package func meanAndDeviation(of values: [Double]) -> (mean: Double, deviation: Double) {
  let count = Double(max(1, values.count))
  let mean = values.reduce(0, +) / count
  let variance = values.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / count
  return (mean, variance > 0 ? variance.squareRoot() : 1)
}

/// The finite number that the text spells, with spaces around it or not; NaN where there is none.
package func number(in text: String) -> Double {
  let value = Double(decimal: unspaced(text)) ?? .nan
  return value.isFinite ? value : .nan
}

/// The same as the nearest float.
package func float(in text: String) -> Float {
  let value = Float(decimal: unspaced(text)) ?? .nan
  return value.isFinite ? value : .nan
}

private func unspaced(_ text: String) -> Substring {
  let space = UInt8(ascii: " ")
  let start = text.utf8.firstIndex { $0 != space } ?? text.endIndex
  let end = text.utf8.lastIndex { $0 != space }.map { text.utf8.index(after: $0) } ?? start
  return text[start..<end]
}
