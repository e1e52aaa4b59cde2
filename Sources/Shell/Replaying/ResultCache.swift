import Commands
import Datasets
import Kernels
import Language
import LibC
import Reports

/// Results in files, each under a digest of all it depends on. An entry that is damaged, or came from a
/// file that has changed since, is no entry; when they grow too large together, those not used for the
/// longest time go first.
package struct ResultCache: ResultStore {
  private let folder: String
  private let salt: String
  private let mostBytes: Int

  /// - Parameter salt: what results depend on besides their keys: how the program was called.
  package init(folder: String, salt: String = "", mostBytes: Int = 256 << 20) {
    self.folder = folder
    self.salt = salt
    self.mostBytes = mostBytes
  }

  package func bytes(_ key: String, host: any Host) -> [UInt8]? {
    let whole = whole(key)
    let path = path(of: whole)
    guard Files.isRegular(path), let entry = try? Files.contents(of: path, named: path),
      let (facts, kept) = entry.withBytes({ ResultCache.parts(of: $0, under: whole) }),
      facts.allSatisfy({ FileFact($0)?.holds(for: host) == true })
    else { return nil }
    // The time of its last use.
    utimensat(AT_FDCWD, path, nil, 0)
    return kept
  }

  package func keep(_ bytes: [UInt8], _ key: String, facts: [FileFact]) {
    // One that would drive out most others is not worth it.
    guard bytes.count <= mostBytes / 4, Files.makeFolder(folder) else { return }
    let list = JSON.array(facts.map(\.json))
    let rest = Array((list.text + "\n").utf8) + bytes
    let whole = whole(key)
    let path = path(of: whole)
    try? Files.write(
      Array((Self.digest(rest, under: whole) + "\n").utf8) + rest, to: path, named: path)
    makeRoom()
  }

  /// The facts that an entry came from and what it holds: a digest of its key and the rest on the first
  /// line, the facts on the second. Under another key, or with a changed bit, it is no entry.
  private static func parts(
    of entry: UnsafeRawBufferPointer, under key: [UInt8]
  ) -> (facts: [JSON], bytes: [UInt8])? {
    let newline = UInt8(ascii: "\n")
    guard let first = entry.firstIndex(of: newline) else { return nil }
    let rest = Array(entry[(first + 1)...])
    guard entry[..<first].elementsEqual(digest(rest, under: key).utf8),
      let second = rest.firstIndex(of: newline),
      let facts = JSON(parsing: String(decoding: rest[..<second], as: UTF8.self))?.array
    else { return nil }
    return (facts, Array(rest[(second + 1)...]))
  }

  /// The SHA-256 of an entry: of the length of its key, the key and the bytes.
  private static func digest(_ bytes: [UInt8], under key: [UInt8]) -> String {
    var hash = SHA256()
    hash.add(Array("\(key.count)\n".utf8))
    hash.add(key)
    hash.add(bytes)
    return hash.hex
  }

  /// The key with all else that results depend on.
  private func whole(_ key: String) -> [UInt8] {
    let words = [key, salt, ResultCache.program, "arithmetic \(Arithmetic.version)"]
    return Array(words.joined(separator: "\u{0}").utf8)
  }

  private func path(of key: [UInt8]) -> String {
    "\(folder)/\(SHA256.hex(of: key))\(Self.ending)"
  }

  private static let ending = ".result"

  /// Deletes the entries not used for the longest time until the rest leaves room for more.
  private func makeRoom() {
    var entries: [(path: String, bytes: Int, time: (Int, Int))] = []
    for name in (try? Files.list(folder, named: folder)) ?? [] where name.hasSuffix(Self.ending) {
      var status = stat()
      guard stat("\(folder)/\(name)", &status) == 0 else { continue }
      let time = (Int(status.st_mtim.tv_sec), Int(status.st_mtim.tv_nsec))
      entries.append(("\(folder)/\(name)", Int(status.st_size), time))
    }
    var sum = entries.reduce(0) { $0 + $1.bytes }
    guard sum > mostBytes else { return }
    entries.sort { ($0.time.0, $0.time.1, $0.path) < ($1.time.0, $1.time.1, $1.path) }
    for entry in entries where sum > mostBytes / 4 * 3 {
      unlink(entry.path)
      sum -= entry.bytes
    }
  }

  /// What tells this build of the program from another.
  private static let program: String = {
    var status = stat()
    guard stat("/proc/self/exe", &status) == 0 else { return Version.text }
    return "\(Version.text) \(status.st_size) \(status.st_mtim.tv_sec) \(status.st_mtim.tv_nsec)"
  }()
}

extension ResultCache {
  /// The results that a cut-off session goes on with, in the user's folder; nil where there is none.
  package static var recoverable: RecoverableResults? {
    CacheFolder.path.map { RecoverableResults(ResultCache(folder: $0 + "/results")) }
  }

  /// The replay kept for a source when it passed, if all that it found in files is still so.
  package func replay(of source: Source, host: any Host) -> Replay? {
    guard let kept = bytes(source.replayKey, host: host),
      let json = JSON(parsing: String(decoding: kept, as: UTF8.self)),
      var replay = Replay(json), replay.name == source.name
    else { return nil }
    replay.isCached = true
    return replay
  }

  /// Keeps a replay that passed.
  package func keep(_ replay: Replay, of source: Source, facts: [FileFact]) {
    guard replay.status == .success, replay.fetching == nil else { return }
    keep(Array(replay.json.text.utf8), source.replayKey, facts: facts)
  }
}

extension FileFact {
  fileprivate var json: JSON {
    .array([.string(question.rawValue), .string(path), .string(answer)])
  }

  fileprivate init?(_ json: JSON) {
    let words = json.array?.compactMap(\.string) ?? []
    guard words.count == 3, let question = Question(rawValue: words[0]) else { return nil }
    self.init(question, words[1], words[2])
  }
}

extension Source {
  fileprivate var replayKey: String { "replay\u{0}\(name)\u{0}\(text)" }
}
