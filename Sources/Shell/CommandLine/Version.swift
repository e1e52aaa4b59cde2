import CBuild
import Jupyter
import Kernels
import MPI
import Service

/// The version of the language, the program and its packages (semantic versioning).
package enum Version {
  package static let text = "0.1.0"

  /// What `mrs --version` says: the version, what it was built of and with, and what computes on this machine.
  static var report: String {
    [
      "mrs \(text)",
      "commit: \(commit ?? "unknown, as of any plain `swift build`; scripts/install names it")",
      "kernel for Jupyter: \(KernelServer.isBuilt ? "built in" : "not built in")",
      "ranks by MPI: \(MPIRanks.isBuilt ? "built in" : "not built in")",
      "service: \(HTTPServer.isBuilt ? "built in" : "not built in")",
      "kernels: \(Terminal.kernels.name), of \(KernelSet.names)",
    ].joined(separator: "\n")
  }

  /// Equal for two processes of one build. Where no commit tells builds apart the program itself does.
  static var identity: String {
    let program = try? Files.contents(of: "/proc/self/exe", named: "mrs").digest
    return "mrs \(text) " + (commit.map { "of commit \($0)" } ?? "with digest \(program ?? "")")
      + ", arithmetic \(Arithmetic.version)"
  }

  /// The commit that this program was built of, where that was told.
  private static var commit: String? {
    let text = String(cString: mrs_build_commit())
    return text.isEmpty ? nil : text
  }
}
