import Synchronization

/// A value that is computed when it is first asked for. All copies of what holds it share it.
package final class Memo<Value: Sendable>: Sendable {
  private let known = Mutex<Value?>(nil)

  package init() {}

  /// Whether it has been computed and kept.
  package var isKnown: Bool { known.withLock { $0 != nil } }

  /// - Parameter isVoid: asked when the value has been computed; a void one is returned and not kept.
  package func value(unless isVoid: () -> Bool = { false }, _ compute: () -> Value) -> Value {
    known.withLock { known in
      if let known { return known }
      let value = compute()
      if !isVoid() { known = value }
      return value
    }
  }
}
