import Synchronization

/// Values by their names, at most so many: the one that was not asked for the longest makes room. May be used from any
/// thread.
final class RecentlyUsed<Value: Sendable>: Sendable {
  /// A link of the chain from the one that was used last to the one that was used first.
  private struct Link {
    var name: String
    var value: Value
    var before: Int
    var behind: Int
  }

  private struct Chain {
    var places: [String: Int] = [:]
    var links: [Link] = []
    var first = -1
    var last = -1
    var dropped = 0

    mutating func moveToFront(_ place: Int) {
      guard place != first else { return }
      take(place)
      putInFront(place)
    }

    mutating func take(_ place: Int) {
      let (before, behind) = (links[place].before, links[place].behind)
      if before >= 0 { links[before].behind = behind } else { first = behind }
      if behind >= 0 { links[behind].before = before } else { last = before }
    }

    mutating func putInFront(_ place: Int) {
      links[place].before = -1
      links[place].behind = first
      if first >= 0 { links[first].before = place } else { last = place }
      first = place
    }
  }

  private let capacity: Int
  private let chain = Mutex(Chain())

  /// - Parameter capacity: at least 1.
  init(_ capacity: Int) { self.capacity = max(1, capacity) }

  var count: Int { chain.withLock { $0.links.count } }
  /// How many had to make room so far.
  var droppedCount: Int { chain.withLock { $0.dropped } }

  /// The value of that name, which is then the one used last; nil when there is none.
  subscript(name: String) -> Value? {
    chain.withLock { chain -> Value? in
      guard let place = chain.places[name] else { return nil }
      chain.moveToFront(place)
      return chain.links[place].value
    }
  }

  /// The value of that name, made when there is none.
  func value(_ name: String, otherwise make: () -> Value) -> Value {
    chain.withLock { chain in
      if let place = chain.places[name] {
        chain.moveToFront(place)
        return chain.links[place].value
      }
      let value = make()
      if chain.links.count < capacity {
        chain.links.append(Link(name: name, value: value, before: -1, behind: -1))
        chain.places[name] = chain.links.count - 1
        chain.putInFront(chain.links.count - 1)
      } else {
        let place = chain.last
        chain.places[chain.links[place].name] = nil
        chain.take(place)
        chain.links[place] = Link(name: name, value: value, before: -1, behind: -1)
        chain.places[name] = place
        chain.putInFront(place)
        chain.dropped += 1
      }
      return value
    }
  }
}
