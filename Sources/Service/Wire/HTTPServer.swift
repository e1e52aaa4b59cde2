import Commands

/// A service at its socket.
package enum HTTPServer {
  /// Whether this program was built with what sockets need.
  package static var isBuilt: Bool {
    #if Serve
      true
    #else
      false
    #endif
  }

  /// What programs without it say of it.
  package static let absence = CommandFailure(
    "E0519", "this program was built without the service",
    help: ["build with `swift build -c release --traits Serve`, which fetches Hummingbird"])

  /// Listens from now on.
  ///
  /// - Parameters:
  ///   - port: 0 for any that is free.
  /// - Returns: once requests are taken.
  /// - Throws: why nobody can listen there.
  package static func start(
    _ service: Service, host: String, port: Int
  ) throws(CommandFailure) -> any RunningServer {
    #if Serve
      try ListeningServer(service, host: host, port: port)
    #else
      throw absence
    #endif
  }
}

/// A server that takes requests.
package protocol RunningServer: Sendable {
  /// The port that it listens at.
  var port: Int { get }
  /// Takes no more requests, and returns when those under way are answered.
  func stop()
}
