import Commands
import Datasets
import Kernels
import Language
import MetaLearning
import Models
import Reports

/// A model that is being served, with the items it ranks: nothing changes it, and a reload makes another. Whoever has
/// begun to answer with one ends with it.
package final class Served: Sendable {
  let model: TrainedModel
  let known: ServedData
  /// The SHA-256 of the model's file, as `sha256sum` gives it.
  package let digest: String
  /// All item numbers, ascending.
  let items: [Int32]
  let schemas: ServedSchemas

  /// - Parameters:
  ///   - contents: of a file that `save model` wrote.
  ///   - known: the data to recommend from; nil for what the file knows by itself.
  /// - Throws: E0503 with what is wrong with the file, or with serving it.
  package init(
    _ contents: FileContents, known: ServedData?, kernels: KernelSet
  ) throws(CommandFailure) {
    do throws(ModelFileError) {
      let file = try contents.withBytes { bytes in
        Result { () throws(ModelFileError) in try Safetensors(bytes) }
      }.get()
      let known = if let known { known } else { try ServedData(of: file) }
      model = try ModelFile.model(file, data: known.data, kernels: kernels)
      guard model.owner == .users else {
        throw ModelFileError("was trained on tasks of items, and it is users that ask here")
      }
      self.known = known
    } catch {
      throw CommandFailure(
        "E0503", "`\(contents.path)` \(error.message)",
        help: ["`save model` writes files that `serve` reads"], argument: contents.path)
    }
    digest = contents.withBytes { SHA256.hex(of: $0) }
    items = Array(0..<Int32(self.known.itemCount))
    schemas = ServedSchemas(self.known.data)
    // What is computed once for all users is not left to the first of them.
    if !items.isEmpty {
      _ = try? model.best(1, of: items, for: model.kept(for: UserContext(user: nil, support: [])))
    }
  }

  /// What the algorithm and the network are: `maml steps=5`.
  var algorithm: String { described(model.learner) }
  var network: String { described(model.problem.network) }

  /// The names of features of items that the model learnt from and the data lack.
  package var missingFeatures: [String] {
    let present = known.data.items.features.filter { !$0.isUnknown }.map(\.name)
    return model.problem.encoder.fields
      .filter { $0.side == .item && $0.kind != .identity }.map(\.name)
      .filter { !present.contains($0) }
  }

  /// What users can ask for: counts for people who start the service.
  package var sizes: String {
    counted(known.itemCount, "item") + ", " + counted(known.data.users.count, "known user")
  }

  package var title: String { model.title }

  func label(_ item: Int32) -> String { known.data.items.label(Int(item)) }
  func id(_ item: Int32) -> String { known.data.items.ids.names[Int(item)] }

  /// A score as it is shown: on the scale where the model predicts ratings.
  func shown(_ score: Float) -> Double {
    (model.predictsRatings ? known.data.scale.clamped(score) : score).asWritten
  }
}

extension Feature {
  /// Whether it says nothing about anybody.
  fileprivate var isUnknown: Bool {
    switch values {
    case .categories(_, _, let codes): codes.isEmpty
    case .numbers(let numbers): !numbers.contains { $0.isFinite }
    }
  }
}

/// The forms of requests that depend on the data: the scale, and the features of users and items.
struct ServedSchemas: Sendable {
  let asker: [Schema.Member]
  let feedback: [Schema.Member]
  let newItem: Schema

  init(_ data: Dataset) {
    var told: Schema.Member
    switch data.feedback {
    case .ratings:
      let scale = data.scale.bounds
      told = Schema.Member(
        "ratings", .map(.number(scale), most: ServiceLimits.mostRatings),
        "ratings by the ids of items")
    case .interactions:
      told = Schema.Member(
        "likes", .list(.id, most: ServiceLimits.mostRatings), "ids of items that were taken")
    }
    let features = Schema.Member(
      "features", Self.features(data.users),
      "what is known of somebody whom the data do not know; what is left out is unknown")
    asker = [
      Schema.Member(
        "user", .id, "the id of a user of the data, or of one whom feedback was given of"),
      told, features,
    ]
    told.isRequired = true
    feedback = [
      Schema.Member("user", .id, "whose feedback it is", isRequired: true), told, features,
      Schema.Member(
        "time", .whole(0...253_402_300_799), "seconds since 1970; now if it is left out"),
    ]
    newItem = .object([
      Schema.Member("item", .id, "its id, which no known item has", isRequired: true),
      Schema.Member("title", .text(most: 1000), "what people call it"),
      Schema.Member("features", Self.features(data.items), "what is known of it"),
    ])
  }

  private static func features(_ entities: Entities) -> Schema {
    let text = Schema.text(most: 1000)
    return .object(
      entities.features.map { feature in
        switch feature.values {
        case .numbers:
          Schema.Member(feature.name, .number(-1e9...1e9), "a number")
        case .categories:
          Schema.Member(
            feature.name, .either([text, .list(text, most: 1000)]), "a text or several")
        }
      })
  }
}
