import Language
import Models

/// Which weights adapt in the inner loop.
package enum AdaptationScope: String, ArgumentChoice {
  case all, decision, head, prompt

  package var summary: String {
    switch self {
    case .all: "every weight, embeddings included (MAML)"
    case .decision: "the layers above the embeddings (MeLU)"
    case .head: "the last layer alone (ANIL)"
    case .prompt: "a prompt vector alone"
    }
  }

  func includes(_ block: WeightBlock, lastStage: Int) -> Bool {
    if block.name.hasPrefix("rate") || block.name.hasPrefix(Heads.prefix) { return false }
    return switch self {
    case .all: true
    case .decision: block.stage >= 1
    case .head: block.stage == lastStage
    case .prompt: block.name == "prompt"
    }
  }
}
