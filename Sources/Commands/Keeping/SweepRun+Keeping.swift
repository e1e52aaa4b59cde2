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
    var basis = session
    basis.network = network
    let key = command.resultKey(in: basis, "run until \(epoch)")
    if let kept = store.bytes(key, host: host), (try? restore(kept, in: basis)) != nil {
      isTaken = true
      return false
    }
    let watched = FileRecordingHost(host)
    var snapshot: [UInt8]?
    let isStopped = try advance(until: epoch, in: basis, host: watched, caption: caption) {
      snapshot = $0.snapshot(after: $1)
    }
    if isStopped { return true }
    if watched.written.isEmpty, command.checkpoint.isEmpty, command.privacy.mechanism == nil,
      let snapshot
    {
      store.keep(snapshot, key, facts: watched.facts)
    }
    return false
  }
}
