import MetaLearning

/// Models and baselines of these names.
private func recommenders(_ names: [String]) -> [Slot] {
  names.flatMap { [.baseline($0), .model($0)] }
}

extension MetaTrain {
  package var reads: [Slot] {
    let teacher = (learner as? any Student).map { [Slot.model($0.teacherName)] } ?? []
    return [.seed, .resumed(checkpoint)] + (ownNetwork == nil ? [.network] : []) + teacher
      + (start.isEmpty ? [] : [.model(start)])
  }
}

extension Resume {
  package var reads: [Slot] { [.seed, .network] }
}

extension Load {
  /// Data sets of several domains stand side by side.
  package var reads: [Slot] { domain == nil ? [] : [.data] }
}

extension Split {
  package var reads: [Slot] { [.seed] }
}

extension Best {
  package var reads: [Slot] { [.network, .seed, .sweep] }
}

extension Open {
  /// To say that a model is of another split.
  package var reads: [Slot] { [.tasks] }
}

extension Compress {
  package var reads: [Slot] { [.seed] }
}

extension Significance {
  package var reads: [Slot] { [.seed] }
}

extension Search {
  package var reads: [Slot] { training.reads }
}

extension Evaluate {
  package var reads: [Slot] {
    [.seed, .recipe] + recommenders(shown(.ratings) + shown(.interactions))
  }
}

extension Audit {
  package var reads: [Slot] { [.seed, .recipe] }
}

extension Compare {
  package var reads: [Slot] { [.seed] + recommenders(order(.ratings) + order(.interactions)) }
}

extension ABTest {
  package var reads: [Slot] { [.seed] + recommenders(names) }
}

extension Interview {
  package var reads: [Slot] { [.seed] }
}

extension DrawPlot {
  package var reads: [Slot] {
    if let plot = plot as? PrequentialPlot {
      return [.seed] + recommenders(plot.shown(.ratings) + plot.shown(.interactions))
    }
    if let plot = plot as? FederatedPlot { return plot.with.map { .model($0) } }
    if plot is PrivacyPlot { return [.seed, .recipe] }
    return (plot as? AdaptationPlot)?.policies.isEmpty == false ? [.seed] : []
  }
}
