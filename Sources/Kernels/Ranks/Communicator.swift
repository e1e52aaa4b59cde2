/// Processes that do the same work side by side and exchange bytes, as MPI has them. Each is a rank, numbered from 0.
///
/// All ranks call the same functions in the same order, each on the one thread that leads its work. An exchange waits
/// for all of them. There is nothing to be done without a rank that was lost: whoever implements this ends the process
/// then.
package protocol Communicator: AnyObject, Sendable {
  var rank: Int { get }
  var size: Int { get }
  /// What each rank gives, in the order of ranks.
  ///
  /// - Parameter purpose: what is exchanged. All ranks have to mean the same; where they do not, their work has parted.
  func allGather(_ bytes: [UInt8], for purpose: Purpose) -> [[UInt8]]
  /// What rank 0 gives.
  func broadcast(_ bytes: [UInt8], for purpose: Purpose) -> [UInt8]
  /// Leaves the others, when all do; nothing is exchanged afterwards.
  func leave()
}

/// What ranks exchange something for.
package enum Purpose: Int64, Sendable {
  case start = 1
  case gradients, results, outcome, file, answer, wish, end
}
