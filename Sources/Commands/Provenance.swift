import Language

/// Where the models and splits of a session were made, for a failure that has to show both.
struct Provenance: Sendable {
  typealias Site = NounLedger.Site

  private var models: [String: Site] = [:]
  private var tasks: Site?

  /// Notes what a call has made or named.
  mutating func note(_ given: [Noun], before: Session, after: Session, at site: Site) {
    if given.contains(.tasks) { tasks = site }
    if given.contains(.model), let title = after.model?.title { models[title] = site }
    for name in after.models.keys where before.models[name] == nil { models[name] = site }
  }

  /// Forgets where things stand in a source that is done; names remain.
  func settled(name: (SourceRange) -> String) -> Provenance {
    var result = self
    result.models = models.mapValues { $0.settled(name) }
    result.tasks = tasks?.settled(name)
    return result
  }

  /// Adds to a failure for a model of another split where it and the present split were made.
  func completed(_ failure: Diagnostic, model: String?) -> Diagnostic {
    var failure = failure
    func show(_ site: Site?, _ what: String) {
      switch site {
      case .here(let range)?: failure.secondary.append(.init(range, what))
      case .elsewhere(let name)?: failure.help.append("\(what): \(name)")
      case nil: break
      }
    }
    show(model.flatMap { models[$0] }, "the model was made here, from the tasks of then")
    show(tasks, "the present tasks were made here")
    failure.secondary = failure.secondary.stablySorted(by: \.range.lower)
    return failure
  }
}
