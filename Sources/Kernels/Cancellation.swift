import CKernels
import Synchronization

/// Whether the work under way is still wanted. What computes for long asks `isRequested` on its way, and may
/// return anything at once when it is so: nothing of it will be used. Whoever began the work finds that out
/// by `attempt`.
@usableFromInline
package final class Cancellation: Sendable {
  @TaskLocal static var current: Cancellation?

  private let isWanted: @Sendable () -> Bool
  private let isNoticed = Atomic(false)

  private init(_ isWanted: @escaping @Sendable () -> Bool) { self.isWanted = isWanted }

  /// Whether nobody wants the result of the work under way. Once it is so, it stays so.
  @usableFromInline
  package static var isRequested: Bool { current?.isRequested ?? false }

  /// The same question for loops in C.
  package static var question: mrs_question { { Cancellation.isRequested ? 1 : 0 } }

  private var isRequested: Bool {
    if isNoticed.load(ordering: .relaxed) { return true }
    guard isWanted() else { return false }
    isNoticed.store(true, ordering: .relaxed)
    return true
  }

  /// What `work` returns; nil when any part of it has noticed that it is to stop, and so what it returned or
  /// threw means nothing.
  package static func attempt<T>(
    until isWanted: @escaping @Sendable () -> Bool, _ work: () throws -> T
  ) rethrows -> T? {
    let own = Cancellation(isWanted)
    func isGiven() -> Bool { own.isNoticed.load(ordering: .relaxed) }
    do {
      let result = try $current.withValue(own) { try work() }
      return isGiven() ? nil : result
    } catch {
      if isGiven() { return nil }
      throw error
    }
  }

  /// The same within work that has begun: when this part is abandoned, the whole need not be.
  package static func attempt<T>(_ work: () throws -> T) rethrows -> T? {
    guard let current else { return try work() }
    return try attempt(until: current.isWanted, work)
  }

  /// What `work` returns, which is wanted even when the work around it is not any more: what a training that is
  /// stopped keeps of itself.
  package static func shielding<T, Failure: Error>(
    _ work: () throws(Failure) -> T
  ) throws(Failure) -> T {
    try $current.withValue(nil) { Result { () throws(Failure) in try work() } }.get()
  }
}
