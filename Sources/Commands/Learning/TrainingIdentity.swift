import Datasets
import Language
import MetaLearning
import Models
import Reports

/// What must be equal for two trainings to give the same model, in words.
struct TrainingIdentity {
  private struct Part {
    var name: String
    var text: String
    /// The statement that makes it so, if one line can.
    var remedy: String?
  }

  private var parts: [Part] = []
  private static let prefix = "mrs.training."

  init(_ command: MetaTrain, _ session: Session) {
    for slot in command.declaredReads(in: session).sorted() {
      guard let (name, text, remedy) = session.identity(of: slot) else { continue }
      let isStart = slot == .model(command.start)
      add(isStart ? "start" : name, text, remedy: remedy)
    }
    if let own = command.ownNetwork {
      add("network", described(own), remedy: "model \(described(own))")
    }
    var plain = command
    (plain.checkpoint, plain.stopAfter) = ("", nil)
    let fitted = session.data.flatMap { try? command.fitted(to: $0) } ?? command
    add("algorithm", described(fitted.learner))
    // Asked for or not, the loss is the same.
    plain.chosenLoss = fitted.loss
    add("loss", described(fitted.loss))
    add("optimizer", described(command.optimizer))
    var options = described(plain).split(separator: " ")
    if session.data?.feedback == .ratings, !command.heads.contains(.click) {
      // Nothing is drawn for ratings, whatever these say.
      options.removeAll { word in
        ["negatives", "sampling", "power"].contains { word.hasPrefix($0 + "=") }
      }
    }
    add("options", options.joined(separator: " "))
  }

  private mutating func add(_ name: String, _ text: String, remedy: String? = nil) {
    parts.append(Part(name: name, text: text, remedy: remedy))
  }

  /// For the metadata of a checkpoint.
  var words: [String: String] {
    var words: [String: String] = [:]
    for part in parts {
      words[Self.prefix + part.name] = part.text
      words[Self.prefix + part.name + ".remedy"] = part.remedy
    }
    return words
  }

  /// The names of the parts that a checkpoint has otherwise, and a sentence on each with both values.
  func differences(from words: [String: String]) -> [(name: String, sentence: String)] {
    parts.compactMap { part in
      let found = Transformer.renamed(words[Self.prefix + part.name] ?? "nothing")
      guard found != part.text else { return nil }
      var sentence = "\(part.name): \(found) in the checkpoint, \(part.text) here"
      if let remedy = words[Self.prefix + part.name + ".remedy"] {
        sentence += "; `\(remedy)` makes it so"
      }
      return (part.name, sentence)
    }
  }

  /// The command that a checkpoint's training was started with.
  static func command(
    _ words: [String: String], in catalog: Catalog<any Command>
  ) throws(ModelFileError) -> MetaTrain {
    func member<Kind>(of catalog: Catalog<Kind>, _ name: String) throws(ModelFileError) -> Kind {
      switch catalog.member(described: Transformer.renamed(words[prefix + name] ?? "")) {
      case .success(let member): return member
      case .failure(let problem):
        throw ModelFileError("names an unknown part: \(problem.message)")
      }
    }
    let options = try member(of: catalog, "options")
    guard var command = options as? MetaTrain else {
      throw ModelFileError("is of no training that this program knows")
    }
    command.learner = try member(of: metaLearners, "algorithm")
    command.optimizer = try member(of: optimizers, "optimizer")
    command.loss = try member(of: losses, "loss")
    if command.ownNetwork != nil { command.ownNetwork = try member(of: networks, "network") }
    return command
  }
}

extension Session {
  /// What a training has to find in a slot, in words, and the statement that makes it so, if one line can.
  fileprivate func identity(of slot: Slot) -> (name: String, text: String, remedy: String?)? {
    switch slot {
    case .data:
      data.map { data in
        let ratings = counted(data.interactions.count, "rating")
        return ("data", "\(data.name), \(ratings), digest \(data.learnableDigest)", nil)
      }
    case .tasks:
      tasks.map { tasks in
        ("split", "\(tasks.recipe), fingerprint \(hexadecimal(tasks.fingerprint))", nil)
      }
    case .network: ("network", described(network), "model \(described(network))")
    case .seed: ("seed", "\(settings.seed)", "set seed=\(settings.seed)")
    case .model(let name):
      models[name].map { ("teacher", "\(name), digest \($0.weightsDigest)", nil) }
    default: nil
    }
  }
}
