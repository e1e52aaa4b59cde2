extension Sequence {
  /// The elements by a key, rising unless `descending`; those with equal keys keep the order they come in,
  /// and those whose key is no number come last.
  ///
  /// A sort of the standard library by the key alone promises neither.
  package func stablySorted<Key: Comparable>(
    descending: Bool = false, by key: (Element) -> Key
  ) -> [Element] {
    let keyed = enumerated().map { (key: key($1), place: $0, element: $1) }
    return keyed.sorted { a, b in
      let (x, y) = (a.key == a.key, b.key == b.key)
      if x != y { return x }
      if x, a.key != b.key { return (a.key < b.key) != descending }
      return a.place < b.place
    }.map(\.element)
  }
}
