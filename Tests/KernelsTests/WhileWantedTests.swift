import Kernels
import Synchronization
import TestedKernels
import Testing

/// Loops over many elements that end when nobody wants the result any more.
@Suite struct WhileWantedTests {
  /// What becomes of work that is asked to stop at its question of that number, counted from 0.
  private func stopped<T>(at number: Int, _ work: () -> T) -> (result: T?, questions: Int) {
    let questions = Atomic(0)
    let result = Cancellation.attempt(until: {
      questions.add(1, ordering: .relaxed).newValue > number
    }) { work() }
    return (result, questions.load(ordering: .relaxed))
  }

  @Test func noMoreElementsAreGivenThanUpToTheNextQuestion() {
    #expect(Array((0..<1000).whileWanted(asking: 64)) == Array(0..<1000))
    for number in 0..<5 {
      var given = 0
      let (result, _) = stopped(at: number) {
        for _ in (0..<100_000).whileWanted(asking: 64) { given += 1 }
      }
      #expect(result == nil)
      #expect(given == 64 * number)
    }
  }

  @Test(arguments: [0, 1, 63, 64, 65, 1000, 4096, 5001])
  func sortingInPartsGivesWhatSortingGives(count: Int) {
    var stream = RandomKey(seed: 4).stream
    let numbers = (0..<count).map { _ in Int32(stream.below(max(1, count / 3))) }
    #expect(numbers.sortedWhileWanted(asking: 64) == numbers.sorted())
    // Equal numbers that can be told apart stay as they stood.
    let zeros = (0..<count).map { _ in stream.below(2) == 0 ? -0.0 : 0.0 }
    #expect(
      zeros.sortedWhileWanted(asking: 64).map(\.bitPattern) == zeros.sorted().map(\.bitPattern))
  }

  @Test func whatIsLeftUnsortedOrUnshuffledHasEveryElementOnce() {
    let numbers = (0..<50_000).map { Int32(truncatingIfNeeded: $0 &* 7919 % 50_000) }
    for number in [0, 1, 3, 10, 100, 700, 790, 800, 1500] {
      var (sorted, shuffled): ([Int32], [Int32]) = ([], [])
      let (result, _) = stopped(at: number) {
        sorted = numbers.sortedWhileWanted(asking: 64)
        var stream = RandomKey(seed: 1).stream
        shuffled = stream.shuffled(numbers)
      }
      #expect(result != nil || sorted.count == numbers.count)
      #expect(Set(sorted).count == 50_000 && Set(shuffled).count == 50_000)
    }
  }

  @Test func shieldedWorkIsNotAskedToStop() {
    let (result, questions) = stopped(at: 0) {
      Cancellation.shielding { Cancellation.isRequested ? 1 : 2 }
    }
    #expect(result == 2 && questions == 0)
  }

  @Test func aLargeSystemIsLeftBetweenItsRows() {
    let n = 600
    var matrix = [Float](repeating: 0.5, count: n * n)
    for place in 0..<n { matrix[place * n + place] = 2 }
    func solve() -> [Float] {
      let tape = Tape(kernels: .underTest)
      let x = tape.solve(
        tape.constant(matrix, rows: n, columns: n),
        tape.constant([Float](repeating: 1, count: n), rows: n, columns: 1))
      return tape[x].array
    }
    let (whole, all) = stopped(at: .max - 1, solve)
    #expect(whole == solve())
    #expect(all > 40)
    for number in [0, 3, all / 2, all - 1] {
      let (left, questions) = stopped(at: number, solve)
      #expect(left == nil && questions == number + 1)
    }
  }

  /// c = a · b + addend where that takes several stretches: 64 rows at a time.
  @Test func aHugeProductIsLeftBetweenItsRowsAndIsTheSameInOnePart() {
    let (rows, n, k) = (130, 4096, 4096)
    func matrix(_ rows: Int, _ columns: Int, seed: UInt64) -> FloatBuffer {
      let buffer = FloatBuffer(count: rows * columns)
      var state = seed
      for place in 0..<rows * columns {
        state = state &* 6_364_136_223_846_793_005 &+ 1
        buffer.base[place] = Float(Int32(truncatingIfNeeded: state >> 32)) * 0x1p-31
      }
      return buffer
    }
    let (a, b, addend) = (
      matrix(rows, k, seed: 1), matrix(k, n, seed: 2), matrix(rows, n, seed: 3)
    )
    func view(_ buffer: FloatBuffer, _ rows: Range<Int>, _ columns: Int) -> Matrix {
      Matrix(buffer.base, rows: rows.upperBound, columns: columns).rows(rows)
    }
    let (whole, parts) = (FloatBuffer(count: rows * n), FloatBuffer(count: rows * n))
    let kernels = KernelSet.underTest
    func multiply(_ range: Range<Int>, into c: FloatBuffer) {
      kernels.product(
        view(a, range, k), view(b, 0..<k, n), into: view(c, range, n),
        adding: view(addend, range, n), relu: true)
    }
    multiply(0..<rows, into: whole)
    for start in [0, 50, 100] { multiply(start..<min(rows, start + 50), into: parts) }
    #expect((0..<rows * n).allSatisfy { whole.base[$0].bitPattern == parts.base[$0].bitPattern })

    let left = FloatBuffer(count: rows * n)
    let (result, _): (Void?, Int) = stopped(at: 1) { multiply(0..<rows, into: left) }
    #expect(result == nil)
    #expect((0..<64 * n).allSatisfy { left.base[$0] == whole.base[$0] })
    #expect((64 * n..<rows * n).allSatisfy { left.base[$0] == 0 })
  }
}
