import Language

/// The state of a training's checkpoint file. When it cannot be written, the training goes on, and its report
/// says so once.
struct CheckpointKeeping {
  /// The epoch that the file holds the training up to.
  private var kept: Int?
  /// The first epoch after which it could not be written, and why.
  private var failure: (epoch: Int, reason: String)?
  /// Whether it could not be written the last time.
  private(set) var isFailing = false

  /// Notes whether it could be written after an epoch; 0 is before the first.
  mutating func note(_ outcome: Result<Void, CommandFailure>, epoch: Int) {
    switch outcome {
    case .success:
      kept = epoch
      isFailing = false
    case .failure(let error):
      isFailing = true
      failure = failure ?? (epoch: epoch, reason: error.message)
    }
  }

  var warning: String? {
    guard let failure else { return nil }
    let start = failure.epoch == 0 ? "Before epoch 1" : "After epoch \(failure.epoch)"
    let rest =
      isFailing
      ? kept.map { $0 == 0 ? "it holds no epoch" : "it holds the training up to epoch \($0)" }
        ?? "there is no checkpoint"
      : "later it could be, and it is whole"
    return "\(start): \(failure.reason). The training went on; \(rest)."
  }
}
