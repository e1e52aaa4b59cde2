import Kernels
import LibC

extension KernelSet {
  /// What tests compute with: the loops that `MRS_KERNELS` names, this machine's first without it.
  package static let underTest: KernelSet = {
    guard let name = getenv("MRS_KERNELS").map({ String(cString: $0) }), !name.isEmpty else {
      return available[0]
    }
    guard let kernels = KernelSet(named: name) else {
      fatalError("MRS_KERNELS is `\(name)`; here are \(available.map(\.name))")
    }
    return kernels
  }()
}
