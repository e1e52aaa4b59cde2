/// The folder for what can be made again.
package enum CacheFolder {
  package static var path: String? { homeFolder("XDG_CACHE_HOME", usual: ".cache") }
}

/// The folder for what outlives a session but is no setting.
package enum StateFolder {
  package static var path: String? { homeFolder("XDG_STATE_HOME", usual: ".local/state") }
}

/// The folder for the data of another program of this user.
func dataFolder(of program: String) -> String? {
  homeFolder("XDG_DATA_HOME", usual: ".local/share", of: program)
}

/// A program's folder in one of a user's base directories (XDG Base Directory Specification), our own if none
/// is named; nil when there is not even a home.
private func homeFolder(_ variable: String, usual: String, of program: String = "mrs") -> String? {
  if let given = Terminal.environment(variable), given.hasPrefix("/") {
    return "\(given)/\(program)"
  }
  guard let home = Terminal.environment("HOME"), home.hasPrefix("/") else { return nil }
  return "\(home)/\(usual)/\(program)"
}
