import Kernels
import Language

/// What `set` sets.
package struct Settings: Configurable, Equatable {
  package var seed = 7
  package var threads = 0
  /// Another draw of all chance from the same seed; no script sets it.
  package var draw = 0
  /// How many threads are used where a script says nothing; 0 is one for each core.
  package var usualThreads = 0

  package init() {}

  package static let signature = Signature<Self>(
    "set", "Sets what all later commands use.",
    [
      .option("seed", \.seed, in: 0...Int(Int32.max), "all chance derives from it"),
      .option("threads", \.threads, in: 0...256, "how many to use; 0 is one for each core"),
    ],
    examples: [Example("set seed=7 threads=2")])

  /// The key that all chance of a session derives from.
  package var key: RandomKey {
    let key = RandomKey(seed: UInt64(seed))
    return draw == 0 ? key : key.derived("draw").derived(draw)
  }
}
