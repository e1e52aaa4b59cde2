import ArgumentParser
import Kernels
import Language
import LibC

/// Which of this machine's loops compute.
struct KernelOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Which loops of this machine compute, all to the same bits: \(KernelSet.names).",
      valueName: "name"), completion: .list(KernelSet.available.map(\.name)))
  var kernels: String?

  func validate() throws { _ = try chosen() }

  /// Those that were asked for, by the option or by the environment.
  func chosen() throws -> KernelSet {
    guard let kernels else { return Terminal.kernels }
    guard let found = KernelSet(named: kernels) else {
      throw ValidationError(KernelSet.absence(of: kernels))
    }
    return found
  }

  /// The words that make another process of this program compute with the same.
  var words: [String] { kernels.map { ["--kernels", $0] } ?? [] }
}

extension KernelSet {
  /// The variable of the environment that names those to use.
  static let variable = "MRS_KERNELS"

  /// The names of all that this machine has, the best first.
  static var names: String { available.map(\.name).joined(separator: ", ") }

  /// What is said of a name that this machine has no loops of.
  static func absence(of name: String) -> String {
    let near = suggestions(for: name, among: available.map(\.name)).map { "did you mean `\($0)`? " }
    return "this machine has no kernels `\(name)`; \(near.first ?? "")it has \(names)"
  }

  /// Ends the program when the environment asks for what this machine has not.
  static func refuseUnknown() {
    guard let name = Terminal.environment(variable), !name.isEmpty, KernelSet(named: name) == nil
    else { return }
    Terminal.write("error: \(variable): \(absence(of: name))\n", to: STDERR_FILENO)
    LibC.exit(ExitCode.validationFailure.rawValue)
  }
}

extension Terminal {
  /// The loops that the environment asks for, by `MRS_KERNELS`; otherwise the best of this machine.
  package static var kernels: KernelSet {
    environment(KernelSet.variable).flatMap { KernelSet(named: $0) } ?? KernelSet.available[0]
  }
}
