import CKernels

/// How many processors this process may use. What computes asks `ThreadPool.limit` instead.
package var processorCount: Int { Int(mrs_processors()) }

/// A number of the thread at work, its own as long as it lives.
package var threadNumber: UInt { UInt(mrs_thread_name()) }

/// Runs `body` once for each index in 0..<count on the `ThreadPool` of the work under way, on as many threads
/// as it may use and at most `threads`; returns when all are done. Without a pool, and within another such
/// loop, it is done where it is.
///
/// Each thread has a range of indices of its own, the same from call to call of the same count, so that what an index
/// wrote last time is likely in the caches of its core. A thread that is done takes indices of others.
///
/// The order of the calls is not fixed; results are, when each call writes only what its index owns. The wish
/// to cancel is known to all of them. Other ranks are not: each call is one rank's own.
package func parallel(
  _ count: Int, threads: Int = .max, _ body: @Sendable (Int) -> Void
) {
  if Ranks.current != nil {
    return Ranks.$current.withValue(nil) { parallel(count, threads: threads, body) }
  }
  guard let current = Cancellation.current else {
    return ThreadPool.distribute(count, threads, body)
  }
  ThreadPool.distribute(count, threads) { index in
    Cancellation.$current.withValue(current) { body(index) }
  }
}

/// The results of `body` for each index, in order, computed as by `parallel`; `abandoned` for those that are
/// not wanted any more.
package func orderedMap<T: Sendable>(
  _ count: Int, threads: Int = .max, abandoned: T, _ body: @Sendable (Int) -> T
) -> [T] {
  orderedMap(count, threads: threads) { Cancellation.isRequested ? abandoned : body($0) }
}

/// The results of `body` for each index, in order, computed as by `parallel`.
package func orderedMap<T: Sendable>(
  _ count: Int, threads: Int = .max, _ body: @Sendable (Int) -> T
) -> [T] {
  [T](unsafeUninitializedCapacity: count) { buffer, filled in
    nonisolated(unsafe) let base = buffer.baseAddress
    parallel(count, threads: threads) { index in
      base.map { ($0 + index).initialize(to: body(index)) }
    }
    filled = count
  }
}
