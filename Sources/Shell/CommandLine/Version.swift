import Kernels

/// The version of the language and of the program (semantic versioning).
package enum Version {
  package static let text = "0.1.0"

  /// What `mrs --version` says: the version, and what computes on this machine.
  static var report: String {
    ["mrs \(text)", "kernels: \(Terminal.kernels.name), of \(KernelSet.names)"].joined(
      separator: "\n")
  }
}
