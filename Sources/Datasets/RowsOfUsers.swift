import Kernels

extension Interactions {
  /// For each of some users the rows they have, in their order; fewer when nobody wants them any more.
  ///
  /// - Parameters:
  ///   - wanted: the users, all different.
  ///   - isWanted: which of their rows are asked for.
  package func rows(
    ofUsers wanted: [Int32], where isWanted: @Sendable (Int) -> Bool = { _ in true }
  ) -> [[Int32]] {
    // A table of users in place of a dictionary: nearly all rows are of others.
    let none = Int32(-1)
    var table = [Int32](repeating: none, count: Int(users.bounds?.upperBound ?? -1) + 1)
    for (place, user) in wanted.enumerated() where Int(user) < table.count {
      table[Int(user)] = Int32(place)
    }
    let (places, size) = (table, 1 << 20)
    let found = orderedMap((count + size - 1) / size, abandoned: []) { part -> [Int32] in
      users.withUnsafeBufferPointer { users in
        (part * size..<min((part + 1) * size, count)).filter {
          places[Int(users[$0])] != none && isWanted($0)
        }.map { Int32($0) }
      }
    }
    var rows = [[Int32]](repeating: [], count: wanted.count)
    for row in found.joined().whileWanted() {
      rows[Int(places[Int(users[Int(row)])])].append(row)
    }
    return rows
  }
}
