import CKernels

/// How many threads to use when none are asked for.
package var processorCount: Int { Int(mrs_processors()) }

/// Runs `body` once for each index in 0..<count, on up to `threads` threads; returns when all are done.
///
/// The order of the calls is not fixed; results are, when each call writes only what its index owns. The wish
/// to cancel is known to all of them.
package func parallel(
  _ count: Int, threads: Int, _ body: @Sendable (Int) -> Void
) {
  guard let current = Cancellation.current else { return distribute(count, threads, body) }
  distribute(count, threads) { index in
    Cancellation.$current.withValue(current) { body(index) }
  }
}

private func distribute(_ count: Int, _ threads: Int, _ body: @Sendable (Int) -> Void) {
  withoutActuallyEscaping(body) { body in
    var context = body
    withUnsafeMutablePointer(to: &context) { pointer in
      mrs_parallel(
        Int32(threads), Int32(count),
        { context, index in
          context?.assumingMemoryBound(to: (@Sendable (Int) -> Void).self).pointee(Int(index))
        }, pointer)
    }
  }
}

/// The results of `body` for each index, in order, computed on up to `threads` threads; `abandoned` for those
/// that are not wanted any more.
package func orderedMap<T: Sendable>(
  _ count: Int, threads: Int, abandoned: T, _ body: @Sendable (Int) -> T
) -> [T] {
  orderedMap(count, threads: threads) { Cancellation.isRequested ? abandoned : body($0) }
}

/// The results of `body` for each index, in order, computed on up to `threads` threads.
package func orderedMap<T: Sendable>(
  _ count: Int, threads: Int, _ body: @Sendable (Int) -> T
) -> [T] {
  [T](unsafeUninitializedCapacity: count) { buffer, filled in
    nonisolated(unsafe) let base = buffer.baseAddress
    parallel(count, threads: threads) { index in
      base.map { ($0 + index).initialize(to: body(index)) }
    }
    filled = count
  }
}
