import Kernels
import Synchronization
import Testing

/// What becomes of work that is not wanted any more.
@Suite struct CancellationTests {
  @Test func workThatNoticesIsAbandoned() {
    #expect(!Cancellation.isRequested)
    #expect(Cancellation.attempt(until: { true }) { Cancellation.isRequested ? 1 : 2 } == nil)
    #expect(Cancellation.attempt(until: { false }) { Cancellation.isRequested ? 1 : 2 } == 2)
    // Who did not notice has finished what was asked for.
    #expect(Cancellation.attempt(until: { true }) { 3 } == 3)
    #expect(!Cancellation.isRequested)
  }

  @Test func whatIsThrownAfterwardsMeansNothing() throws {
    struct Fault: Error {}
    let abandoned: Int? = try Cancellation.attempt(until: { true }) {
      if Cancellation.isRequested { throw Fault() }
      return 1
    }
    #expect(abandoned == nil)
    #expect(throws: Fault.self) {
      try Cancellation.attempt(until: { false }) { throw Fault() }
    }
  }

  @Test func anInnerPartIsAbandonedAlone() {
    let whole = Cancellation.attempt(until: { true }) {
      Cancellation.attempt { Cancellation.isRequested } == nil
    }
    #expect(whole == true)
  }

  @Test(arguments: [1, 4])
  func everyThreadKnows(threads: Int) {
    let calls = Atomic(0)
    let results = Cancellation.attempt(until: { calls.load(ordering: .relaxed) >= 3 }) {
      ThreadPool().whileUsed(atMost: threads) {
        orderedMap(500, abandoned: -1) { index in
          calls.add(1, ordering: .relaxed)
          return index
        }
      }
    }
    #expect(results == nil)
    #expect(calls.load(ordering: .relaxed) < 3 + threads)
  }

  @Test func aLargeOperationIsNotBegunAndASmallOneIs() {
    let (rows, columns) = (1 << 11, (1 << 11) + 1)
    let (large, small) = (FloatBuffer(count: rows * columns), FloatBuffer(count: 8))
    let kernels = KernelSet.available[0]
    _ = Cancellation.attempt(until: { true }) {
      Matrix(large.base, rows: rows, columns: columns).fill(1)
      let x = Matrix(small.base, rows: 1, columns: 8)
      x.fill(1)
      kernels.scale(2, x, into: x)
    }
    #expect(large.base[0] == 0 && small.base[7] == 2)
  }
}
