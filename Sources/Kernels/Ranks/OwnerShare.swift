/// How many of something each rank has, where ranks are the owners of what they work on.
///
/// All of them are numbered together, those of the first owner first.
package struct OwnerShare: Sendable, Equatable {
  /// The number of this owner, which is its rank.
  package let owner: Int
  /// For each owner how many it has.
  package let counts: [Int]

  /// - Parameter owner: one of those that are counted.
  package init(owner: Int, counts: [Int]) { (self.owner, self.counts) = (owner, counts) }

  /// Tells all ranks how many this one has, and hears of theirs.
  package init(exchanging count: Int) {
    var message = MessageWriter()
    message.put(count)
    let counts = Ranks.gathered(message, for: .answer).map { message in
      var message = message
      return message.take(Int.self)
    }
    self.init(owner: Ranks.current?.rank ?? 0, counts: counts)
  }

  package var total: Int { counts.reduce(0, +) }

  /// The numbers of those that this owner has, among all.
  package var own: Range<Int> {
    let before = counts.prefix(owner).reduce(0, +)
    return before..<before + counts[owner]
  }
}
