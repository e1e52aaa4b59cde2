/// Names of one kind and their numbers 0, 1, 2, … in order of first appearance.
package struct Vocabulary: Sendable, Equatable {
  package private(set) var names: [String] = []
  private var numbers: [String: Int32] = [:]

  package init() {}

  package init(_ names: some Sequence<String>) {
    numbers.reserveCapacity(names.underestimatedCount)
    self.names.reserveCapacity(names.underestimatedCount)
    for name in names { insert(name) }
  }

  package var count: Int { names.count }

  /// The number of that name, if it is known.
  package subscript(_ name: String) -> Int? { numbers[name].map(Int.init) }

  /// The number of that name, which becomes known.
  @discardableResult
  package mutating func insert(_ name: String) -> Int {
    if let number = numbers[name] { return Int(number) }
    let number = names.count
    numbers[name] = Int32(number)
    names.append(name)
    return number
  }
}
