import Language
import MetaLearning
import Models

extension SweepRun {
  /// Trains up to the end of an epoch, or takes what that came to when the very same was done before;
  /// true when the user stopped it.
  ///
  /// A run is kept for itself, so that another value in a list trains one run more and not all.
  mutating func advance(
    until epoch: Int, in session: Session, host: any Host, caption: String,
    keeping store: any ResultStore
  ) throws -> Bool {
    var session = session
    session.network = network
    // On nothing but that, so that no dependency can be forgotten.
    let basis = command.basis(of: session)
    let key = "run \(command) until \(epoch)\u{0}\(basis.digest)"
    if let kept = store.bytes(key, host: host), (try? restore(kept, in: basis)) != nil {
      isTaken = true
      return false
    }
    let watched = AttentiveHost(host)
    var essence: [UInt8]?
    let isStopped = try advance(until: epoch, in: basis, host: watched, caption: caption) {
      essence = $0.essence(after: $1)
    }
    if isStopped { return true }
    if watched.written.isEmpty, command.checkpoint.isEmpty, let essence {
      store.keep(essence, key, facts: watched.facts)
    }
    return false
  }
}
