import Kernels
import Testing

/// All arithmetic rounds as it should, whatever the thread has set that asks for it.
@Suite struct ControlWordTests {
  @Test func workersHaveTheStandardControlWord() {
    let own = Arithmetic.controlWord
    defer { Arithmetic.controlWord = own }
    #if arch(x86_64)
      let towardsZero = Arithmetic.standardWord | 0x6000
    #else
      let towardsZero = Arithmetic.standardWord | 3 << 22
    #endif
    Arithmetic.controlWord = towardsZero
    let words = ThreadPool().whileUsed(atMost: 3) {
      orderedMap(200) { index in
        var sum: UInt64 = 0
        for number in 0..<UInt64(10_000) { sum = sum &* 31 &+ number ^ UInt64(index) }
        return sum == 1 ? 0 : Arithmetic.rounding
      }
    }
    #expect(words.allSatisfy { $0 == Arithmetic.standardWord })
    #expect(Arithmetic.rounding == towardsZero)
  }

  @Test func whatIsRunByTheStandardWordLeavesTheHostsWord() {
    let own = Arithmetic.controlWord
    defer { Arithmetic.controlWord = own }
    let standard = Arithmetic.standardWord
    #if arch(x86_64)
      let flushing = standard | 0x8040
    #else
      let flushing = standard | 1 << 24
    #endif
    Arithmetic.controlWord = flushing
    let inside = Arithmetic.standard { Arithmetic.rounding }
    #expect(inside == standard)
    #expect(Arithmetic.rounding == flushing)
  }
}

extension Arithmetic {
  /// The word of this thread without the marks of what has happened since it was set.
  fileprivate static var rounding: UInt64 {
    #if arch(x86_64)
      controlWord & ~0x3F
    #else
      controlWord
    #endif
  }
}
