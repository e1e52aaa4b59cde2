import Language
import Models
import Reports

/// `model mlp hidden=64,64`: the network that the next training uses.
package struct ChooseNetwork: Command {
  package var network: any Network = MLP()

  package init() {}

  package static let signature = Signature<Self>(
    "model", "Chooses the network that the next training uses.",
    details: "Without it, training uses `mlp` with its default options.",
    [.choice("network", \.network, from: networks, "the kind of network", isRequired: true)],
    examples: [Example("model mlp hidden=32,32 embed=8")])

  package func run(in session: inout Session, host: any Host) throws -> Report {
    session.network = network
    return Report([.text("The next training uses \(described(network)).")])
  }
}
