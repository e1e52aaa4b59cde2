/// Options name users and items as the files do; the work is done on the data as the owners of the tasks see them.
extension TaskSplitting {
  /// What is dealt out, in the words of the data as the owners see them.
  var dealing: Dealing { by?.seen(by: of) ?? .user }
}

extension TaskSplitting.Dealing {
  /// What the same is where users and items have changed places, and the other way round.
  func seen(by owner: TaskOwner) -> Self {
    guard owner == .items else { return self }
    return switch self {
    case .user: .item
    case .item: .user
    case .category: .group
    case .group: .category
    case .domain, .time, .rating: self
    }
  }
}

extension TaskSplitting.Cold {
  /// What the same is where users and items have changed places.
  func seen(by owner: TaskOwner) -> Self {
    guard owner == .items else { return self }
    return switch self {
    case .user: .item
    case .item: .user
    case .both, .none: self
    }
  }
}
