import CKernels

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
    let numbers = vocabulary.names.map { Float(number(in: $0)) }
    return Feature(
      name,
      .numbers(
        zip(offsets, offsets.dropFirst()).map { first, last in
          last == first + 1 ? numbers[Int(codes[Int(first)])] : .nan
        }))
  }
}

/// The number that the text spells, or NaN.
package func number(in text: String) -> Double {
  var text = text
  return text.withUTF8 { mrs_number_of($0.baseAddress, Int64($0.count)) }
}
