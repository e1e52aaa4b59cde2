import Kernels
import Language

/// `search grid`: every combination, as a list of values in `meta-train` asks for.
package struct GridSearch: SearchStrategy {
  package init() {}

  package static let signature = Signature<Self>(
    "grid", "Trains with every combination of the values.",
    details: "What `meta-train` does by itself when an option holds several values.",
    examples: [Example("search grid by=mae matching loss=[mse, bce] epochs=1")])

  package var draws: Bool { false }

  package func problem(with sweep: Sweep) -> Problem? {
    guard let count = sweep.count, count <= Sweep.mostRuns else {
      return Problem(
        "E0302", "this asks for more than \(Sweep.mostRuns) runs",
        help: ["`search random n=20` tries some of them"])
    }
    return nil
  }

  package func candidates(of sweep: Sweep, key: RandomKey) -> [[Value]] {
    (0..<(sweep.count ?? 0)).map { sweep.values($0) }
  }
}
