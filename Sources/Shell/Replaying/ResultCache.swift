import Commands
import Datasets
import Glibc
import Kernels
import Language
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
    let path = path(of: key)
    guard Files.isRegular(path), let entry = try? Files.contents(of: path, named: path),
      let (facts, kept) = entry.withBytes({ ResultCache.parts(of: $0) }),
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
    let path = path(of: key)
    try? Files.write(
      Array((hexadecimal(digest(rest)) + "\n").utf8) + rest, to: path, named: path)
    makeRoom()
  }

  /// The facts that an entry came from and what it holds: a digest of the rest on the first line, the
  /// facts on the second.
  private static func parts(
    of entry: UnsafeRawBufferPointer
  ) -> (facts: [JSON], bytes: [UInt8])? {
    let newline = UInt8(ascii: "\n")
    guard let first = entry.firstIndex(of: newline) else { return nil }
    let rest = Array(entry[(first + 1)...])
    guard String(decoding: entry[..<first], as: UTF8.self) == hexadecimal(digest(rest)),
      let second = rest.firstIndex(of: newline),
      let facts = JSON(parsing: String(decoding: rest[..<second], as: UTF8.self))?.array
    else { return nil }
    return (facts, Array(rest[(second + 1)...]))
  }

  private func path(of key: String) -> String {
    let words = [key, salt, ResultCache.program, "arithmetic \(Arithmetic.version)"]
    let text = Array(words.joined(separator: "\u{0}").utf8)
    // Two digests: what is found must be what was meant.
    return "\(folder)/\(hexadecimal(digest(text)))\(hexadecimal(digest(text + [0])))\(Self.ending)"
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
    for entry in entries.sorted(by: { $0.time < $1.time }) where sum > mostBytes / 4 * 3 {
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
    guard replay.status == .success else { return }
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
