import Synchronization

/// The ranks that share the work under way.
///
/// Every rank runs the same script. What is quick each does by itself, to the same bits, since all arithmetic is defined
/// to the bit; what takes long is spread, and its results are exchanged. What could differ between processes, such as
/// files, the clock and the user's wish to stop, rank 0 decides for all (`RankedHost` in `Commands`).
package final class Ranks: Sendable {
  /// Nil where one process does it all, and within loops that are spread over threads or ranks.
  @TaskLocal package static var current: Ranks?

  /// How the machine of each rank is called.
  package let names: [String]
  private let communicator: any Communicator
  private let wantsToStop: @Sendable () -> Bool
  private let hasStopped = Atomic(false)

  /// - Parameter wantsToStop: whether the user wants the work to end; rank 0 alone is asked.
  package init(
    _ communicator: any Communicator, names: [String] = [],
    wantsToStop: @escaping @Sendable () -> Bool = { false }
  ) {
    self.communicator = communicator
    self.names = names
    self.wantsToStop = wantsToStop
  }

  package var rank: Int { communicator.rank }
  package var size: Int { communicator.size }
  /// Whether this one prints, writes files and asks for all.
  package var isFirst: Bool { rank == 0 }

  /// Whether the user wanted to stop at the last exchange. Between two exchanges it is the same, so that all ranks
  /// leave their work at the same place.
  package var isAskedToStop: Bool { hasStopped.load(ordering: .relaxed) }

  /// A rank as people are told of it: "rank 2 on node7".
  package func title(of rank: Int) -> String { Self.title(of: rank, names) }

  package static func title(of rank: Int, _ names: [String]) -> String {
    "rank \(rank)" + (names.indices.contains(rank) ? " on \(names[rank])" : "")
  }

  /// The part of 0..<count that a rank does: neighbours, as many as others have or one more.
  package func share(of count: Int, for rank: Int) -> Range<Int> {
    count * rank / size..<count * (rank + 1) / size
  }

  /// What each rank gives, in the order of ranks.
  package func allGather(_ message: MessageWriter, for purpose: Purpose) -> [MessageReader] {
    var bytes = message.bytes
    // Rank 0's wish travels with every exchange, and so all have it at the same time.
    bytes.append(isFirst && wantsToStop() ? 1 : 0)
    var all = communicator.allGather(bytes, for: purpose)
    take(wish: all[0].last ?? 0)
    for rank in all.indices { all[rank].removeLast() }
    return all.map { MessageReader($0) }
  }

  /// What rank 0 gives; what others give is not looked at.
  package func broadcast(_ message: MessageWriter, for purpose: Purpose) -> MessageReader {
    var bytes: [UInt8] = []
    if isFirst { bytes = message.bytes + [wantsToStop() ? 1 : 0] }
    bytes = communicator.broadcast(bytes, for: purpose)
    take(wish: bytes.popLast() ?? 0)
    return MessageReader(bytes)
  }

  /// What work comes to that each rank does with what is its own; nothing in it is shared.
  package static func alone<T>(_ work: () throws -> T) rethrows -> T {
    try $current.withValue(nil, operation: work)
  }

  /// What each rank gives, in the order of ranks; what this process gives where it is alone.
  package static func gathered(
    _ message: MessageWriter, for purpose: Purpose
  ) -> [MessageReader] {
    current?.allGather(message, for: purpose) ?? [MessageReader(message.bytes)]
  }

  /// Ends the exchange, when all ranks have come to the end of their work.
  package func leave() {
    _ = communicator.broadcast([], for: .end)
    communicator.leave()
  }

  private func take(wish: UInt8) {
    if wish == 1 { hasStopped.store(true, ordering: .relaxed) }
    // Noticed by all ranks here, whether or not they ask again before the work ends.
    _ = Cancellation.isRequested
  }
}

/// The results of `body` for each index, in order. Where ranks share the work each computes a part of them on its
/// threads and gets the others' results as bytes.
///
/// - Parameters:
///   - abandoned: stands for those that are not wanted any more.
///   - write: appends a result to a message; false for one that cannot travel, which every rank then computes.
///   - read: takes out what `write` has appended.
package func spreadMap<T: Sendable>(
  _ count: Int, threads: Int = .max, abandoned: T,
  write: (T, inout MessageWriter) -> Bool, read: (inout MessageReader) -> T,
  _ body: @Sendable (Int) -> T
) -> [T] {
  guard let ranks = Ranks.current, count > 0 else {
    return orderedMap(count, threads: threads, abandoned: abandoned, body)
  }
  let share = ranks.share(of: count, for: ranks.rank)
  let own = orderedMap(share.count, threads: threads, abandoned: abandoned) {
    body(share.lowerBound + $0)
  }
  var message = MessageWriter()
  for result in own {
    var travelling = MessageWriter()
    let travels = write(result, &travelling)
    message.put(travels)
    if travels { message.append(travelling) }
  }
  return ranks.allGather(message, for: .results).enumerated().flatMap { rank, message in
    var message = message
    return ranks.share(of: count, for: rank).map { index in
      message.take(Bool.self)
        ? read(&message)
        : orderedMap(1, threads: 1, abandoned: abandoned) { _ in body(index) }[0]
    }
  }
}

/// The same of numbers.
package func spreadMap<T: Sendable & BitwiseCopyable>(
  _ count: Int, threads: Int = .max, abandoned: T, _ body: @Sendable (Int) -> T
) -> [T] {
  spreadMap(
    count, threads: threads, abandoned: abandoned,
    write: { result, message in
      message.put(result)
      return true
    }, read: { $0.take(T.self) }, body)
}
