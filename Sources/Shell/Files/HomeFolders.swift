/// The folder for what can be made again.
package enum CacheFolder {
  package static var path: String? { homeFolder("XDG_CACHE_HOME", usual: ".cache") }
}

/// The folder for what outlives a session but is no setting.
package enum StateFolder {
  package static var path: String? { homeFolder("XDG_STATE_HOME", usual: ".local/state") }
}

/// The program's own folder in one of a user's base directories (XDG Base Directory Specification); nil when
/// there is not even a home.
private func homeFolder(_ variable: String, usual: String) -> String? {
  if let given = Terminal.environment(variable), given.hasPrefix("/") { return given + "/mrs" }
  guard let home = Terminal.environment("HOME"), home.hasPrefix("/") else { return nil }
  return "\(home)/\(usual)/mrs"
}
