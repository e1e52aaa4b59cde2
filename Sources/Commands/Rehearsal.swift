import Datasets

/// How a run differs from the plain one, to find out what its results are worth.
package struct Rehearsal: Sendable {
  /// Another draw of all chance; 0 is the script's own.
  package var draw = 0
  /// What becomes of data that are loaded.
  package var distortion: Distortion?
  /// Whether expectations that do not hold are noted and passed over.
  package var passesOverExpectations = false
  /// How many threads are used unless the script says so; 0 is one for each core.
  package var threads = 0

  package init(
    draw: Int = 0, distortion: Distortion? = nil, passesOverExpectations: Bool = false,
    threads: Int = 0
  ) {
    self.draw = draw
    self.distortion = distortion
    self.passesOverExpectations = passesOverExpectations
    self.threads = threads
  }
}
