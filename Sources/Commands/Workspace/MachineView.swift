import Kernels
import Language
import Reports

/// What computes: processor, kernels and threads.
package struct MachineView: View {
  package init() {}

  package static let signature = Signature<Self>(
    "machine", "The processor, which of its kernels compute, and on how many threads.",
    details: """
      Kernels are the same loops compiled for several kinds of processor. All give the same bits; \
      `MRS_KERNELS` and the option `--kernels` of `mrs` choose among those that the machine has.
      """,
    examples: [Example("show machine")])

  package func report(of session: Session) -> Report {
    let available = KernelSet.available.map(\.name).joined(separator: ", ")
    let rows = [
      ("processor", Arithmetic.processor),
      ("kernels", "\(session.kernels.name), of \(available)"),
      ("threads", "\(session.threads), of \(counted(processorCount, "core"))"),
      ("arithmetic", "version \(Arithmetic.version)"),
    ]
    return Report([
      .table(
        Table(
          columns: [.init("what"), .init("it is")],
          rows: rows.map { [.text($0.0), .text($0.1)] }))
    ])
  }
}
