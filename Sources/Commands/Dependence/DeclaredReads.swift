import MetaLearning

/// Models and baselines of these names.
private func contestants(_ names: [String]) -> [Slot] {
  names.flatMap { [.baseline($0), .model($0)] }
}

extension MetaTrain {
  package var reads: [Slot] {
    let teacher = (learner as? any Student).map { [Slot.model($0.teacherName)] } ?? []
    return [.seed] + (ownNetwork == nil ? [.network] : []) + teacher
  }
}

extension Search {
  package var reads: [Slot] { training.reads }
}

extension Evaluate {
  package var reads: [Slot] { [.seed, .recipe] + contestants(shown) }
}

extension Compare {
  package var reads: [Slot] { [.seed] + contestants(order) }
}

extension ABTest {
  package var reads: [Slot] { [.seed] + contestants(names) }
}
