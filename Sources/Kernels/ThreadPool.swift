import CKernels

/// Threads that wait between jobs, for whoever owns the work: a host, a run, a benchmark.
///
/// It has none until a job needs them, and ends them when it goes itself; that waits until they are gone. It
/// may be used from any thread. Two callers at the same time need a pool each to both have threads: while one
/// has a job under way, the work of the other is done where it is, with the same results. The child of a fork
/// may use a pool of its parent, and gets threads of its own.
///
/// Like the wish to cancel, the pool in use belongs to the thread or task at work. It is not passed on to the
/// threads that help: a job within a job is done where it is.
package final class ThreadPool: Sendable {
  @TaskLocal private static var share: Share?

  /// What the work under way has of a pool.
  private struct Share: Sendable {
    let pool: ThreadPool
    let limit: Int
  }

  /// Null when there was no memory for it, and then work is done where it is.
  private nonisolated(unsafe) let pool = mrs_pool_new()

  package init() {}

  deinit { mrs_pool_free(pool) }

  /// How many threads it has started so far, its callers not counted.
  package var threadCount: Int { Int(mrs_pool_threads(pool)) }

  /// The pool of the work under way; nil when it is done on one thread.
  package static var current: ThreadPool? { share?.pool }

  /// How many threads the work under way may use, its own among them; at least 1.
  package static var limit: Int { share?.limit ?? 1 }

  /// What `work` returns, whose parallel loops run on this pool.
  ///
  /// - Parameter limit: how many threads each of them may use, the caller's among them.
  package func whileUsed<T>(atMost limit: Int = .max, _ work: () throws -> T) rethrows -> T {
    try Self.$share.withValue(Share(pool: self, limit: max(1, limit)), operation: work)
  }

  /// What `work` returns, whose parallel loops use no more than `limit` threads of the pool of the work under
  /// way.
  package static func limited<T>(to limit: Int, _ work: () throws -> T) rethrows -> T {
    guard let current else { return try work() }
    return try current.whileUsed(atMost: limit, work)
  }

  /// Runs `body` once for each index in 0..<count on the pool of the work under way, without one where it is.
  static func distribute(_ count: Int, _ threads: Int, _ body: @Sendable (Int) -> Void) {
    let share = share
    let threads = min(threads, share?.limit ?? 1)
    withoutActuallyEscaping(body) { body in
      withExtendedLifetime(Job(body)) { job in
        mrs_pool_run(
          share?.pool.pool, Int32(clamping: threads), Int32(count),
          { context, index in
            guard let context else { return }
            Unmanaged<Job>.fromOpaque(context)._withUnsafeGuaranteedRef { $0.body(Int(index)) }
          }, Unmanaged.passUnretained(job).toOpaque())
      }
    }
  }
}

/// What threads call. They count no references to it: each would wait for the others.
private final class Job {
  let body: @Sendable (Int) -> Void

  init(_ body: @escaping @Sendable (Int) -> Void) { self.body = body }
}
