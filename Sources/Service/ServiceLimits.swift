/// What a service takes at most, so that no request can take all of its time or memory.
package struct ServiceLimits: Sendable {
  /// Bytes of a body.
  package var bodyBytes = 1 << 20
  /// Seconds that an answer may take, and for which a connection may stand still.
  package var seconds = 10.0
  /// Connections at once; others wait until one ends.
  package var connections = 1000
  /// Users with feedback or known by the data whose adapted models stay in memory.
  package var users = 1000

  package init() {}

  /// In one request: ratings, items that are named, requests of a batch, new items, and ratings whose influence is
  /// explained.
  static let mostRatings = 1000
  static let mostItems = 10_000
  static let mostRequests = 1000
  static let mostNewItems = 1000
  static let mostListed = 1000
}
