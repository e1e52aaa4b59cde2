import CKernels
import Dispatch
import KernelReference
import Kernels
import Synchronization
import Testing

/// Whose threads compute, how many there are, and when they end.
@Suite struct ThreadPoolTests {
  /// Long enough for a busy machine; who waits in vain has failed.
  private static let patience = 60.0

  @Test func twoPoolsAtOnceBothUseTheirThreads() {
    let pools = [mrs_pool_new(), mrs_pool_new()]
    defer { for pool in pools { mrs_pool_free(pool) } }
    // A job of each that ends when all four threads are there at once.
    #expect(mrs_pools_meet(pools, 2, 2, Self.patience) == 4)
    #expect(pools.map { mrs_pool_threads($0) } == [1, 1])
  }

  @Test func callersOfOnePoolComeToTheirResultsTogether() {
    let pool = mrs_pool_new()
    defer { mrs_pool_free(pool) }
    #expect(mrs_pool_shared_sum(pool) == mrs_pool_expected_sum())
  }

  @Test func theChildOfAForkHasThreadsOfItsOwn() {
    let pool = mrs_pool_new()
    defer { mrs_pool_free(pool) }
    #expect(mrs_pools_meet([pool], 1, 3, Self.patience) == 3)
    #expect(mrs_pool_met_in_child(pool, 3, Self.patience) == 3)
    // Copied while its parent's caller was at work, and threads of it held locks.
    #expect(mrs_pool_met_in_children_of_job(pool, 3, Self.patience) == 2)
    #expect(mrs_pools_meet([pool], 1, 3, Self.patience) == 3)
  }

  @Test func endingAPoolWaitsForItsThreads() {
    #expect(mrs_pool_ended(4, Self.patience) == 3)
  }

  @Test func aPoolStartsNoMoreThreadsThanItMayUse() {
    let pool = ThreadPool()
    #expect(ThreadPool.current == nil && ThreadPool.limit == 1)
    for (limit, threads) in [(1, 0), (2, 1), (1, 1), (4, 3)] {
      pool.whileUsed(atMost: limit) {
        #expect(ThreadPool.current === pool && ThreadPool.limit == limit)
        #expect(orderedMap(64) { $0 } == Array(0..<64))
      }
      #expect(pool.threadCount == threads)
    }
    pool.whileUsed(atMost: 8) {
      ThreadPool.limited(to: 2) { parallel(64) { _ in } }
      parallel(64, threads: 3) { _ in }
    }
    #expect(pool.threadCount == 3)
    ThreadPool.limited(to: 9) { #expect(ThreadPool.limit == 1) }
  }

  @Test func aJobWithinAJobIsDoneWhereItIs() {
    let pool = ThreadPool()
    let sums = pool.whileUsed(atMost: 3) {
      orderedMap(50) { outer in orderedMap(50) { $0 * outer }.reduce(0, +) }
    }
    #expect(sums == (0..<50).map { $0 * 1225 })
    #expect(pool.threadCount == 2)
  }

  @Test func whatALongIndexKeepsAThreadFromIsDoneByOthers() {
    let done = Atomic(0)
    let deadline = DispatchTime.now() + Self.patience
    let inTime = ThreadPool().whileUsed(atMost: 2) {
      orderedMap(8) { index in
        // Whoever comes to it cannot go on before the others are done.
        while index == 4, done.load(ordering: .sequentiallyConsistent) < 7 {
          if .now() > deadline { return false }
        }
        done.add(1, ordering: .sequentiallyConsistent)
        return true
      }
    }
    #expect(inTime == Array(repeating: true, count: 8))
  }

  @Test func twoOwnersAtOnceBothUseTheirThreads() {
    let arrived = Atomic(0)
    let deadline = DispatchTime.now() + Self.patience
    let meet: @Sendable () -> Int = {
      ThreadPool().whileUsed(atMost: 2) {
        orderedMap(2) { _ in
          arrived.add(1, ordering: .sequentiallyConsistent)
          while arrived.load(ordering: .sequentiallyConsistent) < 4, .now() < deadline {}
          return DispatchTime.now() < deadline ? 1 : 0
        }.reduce(0, +)
      }
    }
    let other = DispatchGroup()
    let met = Atomic(0)
    // A queue of its own has a thread of its own.
    DispatchQueue(label: "the other owner").async(group: other) {
      met.add(meet(), ordering: .sequentiallyConsistent)
    }
    met.add(meet(), ordering: .sequentiallyConsistent)
    other.wait()
    #expect(met.load(ordering: .sequentiallyConsistent) == 4)
  }
}
