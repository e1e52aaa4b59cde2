import Datasets
import Language
import MetaLearning
import Models
import Reports

extension MetaTrain: ConstrainedCommand {
  /// The options of several heads and of data sets side by side.
  static let headParameters: [Parameter<MetaTrain>] = [
    .option(
      "heads", \.heads, "what one body learns at once, the first to recommend by: rating,click"),
    .option(
      "head-weights", \.headWeights, "how the losses of heads are weighed; fixed if not given"),
    .option(
      "category", \.category,
      "for the head `category`, the feature of items; the only one of theirs if not given",
      expects: "the name of a feature of items", where: { !$0.isEmpty }),
    .option(
      "domain-embedding", \.embedsDomain,
      "of data sets side by side: learn an embedding of each, as a feature of its items"
    )
    .absent("yes"),
    .option(
      "hide-domains", \.hiddenDomains, in: 0...1,
      "share of training tasks whose data set counts as unknown, as a new one is"
    )
    .absent("0"),
  ]

  var contradiction: CommandFailure? {
    privacyContradiction ?? federatedContradiction ?? adversaryContradiction
      ?? (heads.isEmpty ? headless : headContradiction)
  }

  /// Where there is no gradient to move embeddings along, or one that may be used once only.
  private var adversaryContradiction: CommandFailure? {
    guard adversary != nil else { return nil }
    if learner is any ClosedFormLearner {
      let name = type(of: learner).name
      return failure(
        "`\(name)` is solved at once, and has no gradient to move embeddings along",
        "leave adversary= out", "adversary")
    }
    if privacy.mechanism != nil {
      return failure(
        "adversary= learns twice from a user in a step, of which privacy= accounts for one",
        "leave adversary= out", "adversary")
    }
    guard federated.over == .federated else { return nil }
    return failure(
      "adversary= moves embeddings along the gradient of a whole batch, which no client has",
      "leave adversary= out", "adversary")
  }

  /// What only heads have a use for.
  private var headless: CommandFailure? {
    guard headWeights != nil || !category.isEmpty else { return nil }
    let option = headWeights != nil ? "head-weights" : "category"
    return CommandFailure(
      "E0306", "\(option)= is about heads, and heads= names none",
      help: [
        headWeights != nil
          ? "give it some: heads=rating,click" : "give it some: heads=click,category"
      ], argument: option)
  }

  private var headContradiction: CommandFailure? {
    if let twice = heads.indices.first(where: { heads[..<$0].contains(heads[$0]) }) {
      return failure(
        "the head `\(heads[twice].rawValue)` is there twice", "each once: heads=rating,click")
    }
    guard heads.count > 1 else { return lonely }
    if heads[0] == .category {
      return failure(
        "the first head is what items are recommended by, and `category` scores no items",
        "put another first: heads=" + (heads.dropFirst() + [.category]).argumentText)
    }
    if !category.isEmpty, !heads.contains(.category) {
      return failure(
        "category= is for the head `category`, and there is none",
        "heads=\(heads.argumentText),category", "category")
    }
    return weightContradiction ?? partContradiction
  }

  private var lonely: CommandFailure {
    let remedy =
      switch heads[0] {
      case .rating: "leave heads= out, which learns ratings"
      case .click: "`binarize keep=all`, and leave heads= out, which then learns clicks"
      case .category: "heads=click,category head-weights=0,1"
      }
    return failure("a head alone needs no heads=", remedy)
  }

  private var weightContradiction: CommandFailure? {
    guard case .fixed(let numbers)? = headWeights, !numbers.isEmpty else { return nil }
    guard numbers.count == heads.count else {
      return failure(
        "\(counted(heads.count, "head")) and \(counted(numbers.count, "weight"))",
        "a weight for each head: head-weights=" + heads.map { _ in "1" }.joined(separator: ","),
        "head-weights")
    }
    return numbers.contains { $0 > 0 }
      ? nil : failure("no head has a weight above 0", "head-weights=fixed", "head-weights")
  }

  /// What algorithm and network cannot do with several heads.
  private var partContradiction: CommandFailure? {
    let name = type(of: learner).name
    guard learner is any GradientLearner, !(learner is any Student) else {
      return CommandFailure(
        "E0306", "`\(name)` has one head alone: it fits scores, and takes no steps on losses",
        help: ["algorithms with several: " + Self.severalHeads.joined(separator: ", ")],
        argument: name)
    }
    if learner is Reptile, headWeights == .learned || headWeights == .balanced {
      return failure(
        "`\(name)` moves to where inner steps end, which teaches it nothing of weights of heads",
        "head-weights=fixed, or numbers", "head-weights")
    }
    return ownNetwork.flatMap(networkContradiction)
  }

  private static let severalHeads: [String] = metaLearners.types.compactMap { type in
    let learner = type.init()
    return learner is any GradientLearner && !(learner is any Student) ? type.name : nil
  }

  private func networkContradiction(_ network: any Network) -> CommandFailure? {
    guard network.readsSupport else { return nil }
    let name = type(of: network).name
    let others = networks.types.compactMap { type in
      (type.init() as? any Network)?.readsSupport == false ? "`model \(type.name)`" : nil
    }
    return CommandFailure(
      "E0306", "`\(name)` reads the support as ratings, and of several heads it is more than that",
      help: ["networks for several heads: " + others.joined(separator: ", ")], argument: name)
  }

  private func failure(
    _ message: String, _ remedy: String, _ argument: String = "heads"
  ) -> CommandFailure {
    CommandFailure("E0306", message, help: [remedy], argument: argument)
  }

  /// The heads that it learns from such data; nil for one alone. Throws where the data lack what they need.
  func headChoice(
    on data: Dataset, _ network: any Network
  ) throws(CommandFailure) -> HeadChoice? {
    if let contradiction { throw contradiction }
    try requireDomains(data)
    guard !heads.isEmpty else { return nil }
    if let obstacle = networkContradiction(network) { throw obstacle }
    if heads.contains(.rating), data.feedback == .interactions {
      throw CommandFailure(
        "E0412", "the head `rating` learns ratings, and the data are interactions",
        help: ["heads for them: heads=click,category"], argument: "heads")
    }
    var choice = HeadChoice(heads, weights: headWeights ?? .fixed([]))
    if heads.contains(.category) { choice.category = try categoryFeature(of: data) }
    return choice
  }

  /// The most categories a head may have: each is a row of every task.
  private static let mostCategories = 500

  private func categoryFeature(of data: Dataset) throws(CommandFailure) -> String {
    let known = data.items.features.compactMap { feature -> (name: String, count: Int)? in
      guard case .categories(let names, _, _) = feature.values else { return nil }
      return feature.name == Dataset.domainFeature && !data.domains.isEmpty
        ? nil : (feature.name, names.count)
    }
    let names = known.map(\.name)
    guard let feature = category.isEmpty ? known.first : known.first(where: { $0.name == category })
    else {
      throw CommandFailure(
        "E0521",
        category.isEmpty
          ? "the head `category` needs a feature of items with categories, and there is none"
          : "items have no categories `\(category)`",
        help: [
          names.isEmpty
            ? "`attach items` gives them features"
            : "categories of items: " + names.joined(separator: ", ")
        ], suggestions: suggestions(for: category, among: names),
        argument: category.isEmpty ? "heads" : category)
    }
    guard !category.isEmpty || known.count == 1 else {
      throw CommandFailure(
        "E0521", "items have several features with categories: " + names.joined(separator: ", "),
        help: ["say which: category=\(feature.name)"], argument: "heads")
    }
    guard (2...Self.mostCategories).contains(feature.count) else {
      throw CommandFailure(
        "E0521",
        "`\(feature.name)` has \(counted(feature.count, "value", "values")), and the head `category` tells "
          + "2 to \(Self.mostCategories) apart",
        help: [
          "categories of items: " + known.map { "\($0.name) (\($0.count))" }.joined(separator: ", ")
        ],
        argument: category.isEmpty ? "heads" : category)
    }
    return feature.name
  }

  private func requireDomains(_ data: Dataset) throws(CommandFailure) {
    guard data.domains.count < 2, hiddenDomains > 0 || !embedsDomain else { return }
    let option = hiddenDomains > 0 ? "hide-domains" : "domain-embedding"
    throw CommandFailure(
      "E0306", "\(option)= is about data sets side by side, and there is one",
      help: ["load several with names: `load … as=shop`"], argument: option)
  }
}

extension RunningTraining {
  /// What each head weighs and has learned, on validation tasks.
  var headTable: Report.Block? {
    let model = model(isPartial: false)
    guard !model.headKinds.isEmpty, !validation.isEmpty else { return nil }
    let losses = model.headLosses(of: validation, interactions, threads: threads)
    var table = Table(
      "Heads on \(counted(validation.count, "validation task"))",
      columns: [.init("head"), .init("weight", .right), .init("loss", .right)],
      footnotes: ["after adapting, at the weights that are kept"])
    for (head, kind) in model.headKinds.enumerated() {
      table.rows.append([
        .text(kind.rawValue), .number(Double(model.headWeights[head]), digits: 3),
        losses[head].isFinite ? .number(Double(losses[head]), digits: 4) : .missing,
      ])
    }
    return .table(table)
  }
}
