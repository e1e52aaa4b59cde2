import Commands
import Datasets
import Glibc
import Language
import Reports

/// Replays that passed, kept until anything they depend on changes: the script with what it includes,
/// the data, the seed (which stands in the script), the options, and this very program.
package struct ReplayCache {
  private let folder: String?

  /// - Parameter folder: nil keeps nothing.
  package init(folder: String?) { self.folder = folder }

  /// The replay kept for a source, if every file that it read is still the same.
  package func replay(of source: Source, key: String, host: any Host) -> Replay? {
    guard let path = path(source, key),
      let kept = Files.lines(of: path).first.flatMap({ JSON(parsing: $0) }),
      let files = kept["files"]?.array,
      var replay = kept["replay"].flatMap({ Replay($0) }), replay.name == source.name
    else { return nil }
    for file in files {
      guard let name = file["path"]?.string, let digest = file["digest"]?.string,
        (try? host.read(name).digest) == digest
      else { return nil }
    }
    replay.isCached = true
    return replay
  }

  /// Keeps a replay that passed.
  package func keep(_ replay: Replay, of source: Source, key: String, files: [Dataset.Source]) {
    guard replay.status == .success, let folder, let path = path(source, key),
      Files.makeFolder(folder)
    else { return }
    let kept = JSON.object([
      "files": .array(
        files.map { .object(["path": .string($0.path), "digest": .string($0.digest)]) }),
      "replay": replay.json,
    ])
    try? Files.write(Array(kept.text.utf8), to: path, named: path)
  }

  private func path(_ source: Source, _ key: String) -> String? {
    let text = [source.name, source.text, key, ReplayCache.program].joined(separator: "\u{0}")
    return folder.map { "\($0)/\(hexadecimal(digest(Array(text.utf8)))).json" }
  }

  /// What tells this build of the program from another.
  private static let program: String = {
    var status = stat()
    guard stat("/proc/self/exe", &status) == 0 else { return Version.text }
    return "\(Version.text) \(status.st_size) \(status.st_mtim.tv_sec) \(status.st_mtim.tv_nsec)"
  }()
}

/// The folder for what can be made again (XDG Base Directory Specification).
package enum CacheFolder {
  package static var path: String? {
    if let cache = Terminal.environment("XDG_CACHE_HOME"), cache.hasPrefix("/") {
      return cache + "/mrs"
    }
    guard let home = Terminal.environment("HOME"), home.hasPrefix("/") else { return nil }
    return home + "/.cache/mrs"
  }
}
