import ArgumentParser

/// A part of the scripts: the second of four is `2/4`.
package struct Shard: ExpressibleByArgument, Equatable {
  let number: Int
  let count: Int

  package init?(argument: String) {
    let parts = argument.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let number = Int(parts[0]), let count = Int(parts[1]), number >= 1,
      number <= count, count <= 10_000
    else { return nil }
    (self.number, self.count) = (number, count)
  }

  /// Every so many-th of them in order of their names, so that shards differ by one at most; together the shards
  /// have each once.
  package func part(of scripts: [String]) -> [String] {
    scripts.sorted().enumerated().filter { $0.offset % count == number - 1 }.map(\.element)
  }
}
