import Datasets
import Kernels
import Language

/// The outside of work that ranks share: whatever could differ from one process to another, rank 0 decides for all.
///
/// Files are read by every rank where it has them, and must be the same, but for those that ranks own (`Ranks.own`). A
/// rank without a file gets it from rank 0. Only rank 0 writes. What it met with, the others meet with as well, so that all
/// go on or fail alike.
package final class RankedHost: ForwardingHost {
  package let host: any Host
  private let ranks: Ranks

  package init(_ host: any Host, ranks: Ranks) {
    self.host = host
    self.ranks = ranks
  }

  /// Whether this is asked in work that is one rank's own: then it is the rank's own outside that answers.
  private var isAlone: Bool { Ranks.current == nil }

  // MARK: Reading

  package func read(_ path: String) throws(CommandFailure) -> FileContents {
    if isAlone { return try host.read(path) }
    let own = Result { () throws(CommandFailure) in try host.read(path) }
    let found = summaries(of: path == Self.input && !ranks.isFirst ? nil : own)
    let first = found[0]
    // As on one machine: what rank 0 cannot read, nobody can.
    if let failure = failed({ () throws(CommandFailure) in _ = try own.get() }) { throw failure }
    let others = found.indices.filter { found[$0] != first && found[$0] != .missing }
    if let other = others.first { throw difference(of: path, found, other, others.count) }
    guard found.contains(.missing) else { return try own.get() }
    var bytes = given { message in
      (try? own.get())?.withBytes { message.put($0.bindMemory(to: UInt8.self)) }
    }
    if found[ranks.rank] == first { return try own.get() }
    return FileContents(path: path, bytes.take([UInt8].self))
  }

  /// What a rank found under a path.
  private enum Found: Equatable {
    case missing
    case file(bytes: Int, digest: String)
  }

  /// Standard input, which the launcher gives to rank 0 alone.
  private static let input = "/dev/stdin"

  private func summaries(of own: Result<FileContents, CommandFailure>?) -> [Found] {
    var message = MessageWriter()
    if case .success(let contents) = own {
      message.put(contents.bytes.count)
      message.put(contents.source.digest)
    } else {
      message.put(-1)
    }
    return ranks.allGather(message, for: .file).map { message in
      var message = message
      let count = message.take(Int.self)
      return count < 0 ? .missing : .file(bytes: count, digest: message.take(String.self))
    }
  }

  private func difference(
    of path: String, _ found: [Found], _ other: Int, _ count: Int
  ) -> CommandFailure {
    func said(_ rank: Int) -> String {
      guard case .file(let bytes, let digest) = found[rank] else { return "" }
      return "\(ranks.title(of: rank)) has \(grouped(bytes)) bytes with digest \(digest)"
    }
    return CommandFailure(
      "E0903", "`\(path)` is not the same for all ranks; \(said(0)); \(said(other))",
      help: [
        "copy the file of rank 0 to the others, or take it away there: a rank without it gets it from rank 0"
      ] + (count > 1 ? ["\(count) ranks have another file than rank 0"] : []), argument: path)
  }

  package func kind(of path: String) -> FileKind? {
    if isAlone { return host.kind(of: path) }
    var answer = given { message in
      message.put(host.kind(of: path).map { $0 == .folder ? 2 : 1 } ?? 0)
    }
    return [nil, .file, .folder][answer.take(Int.self)]
  }

  package func list(_ path: String) throws(CommandFailure) -> [String] {
    if isAlone { return try host.list(path) }
    var names: [String] = []
    let failure = failed { () throws(CommandFailure) in names = try host.list(path) }
    if let failure { throw failure }
    var answer = given { $0.put(names) }
    return answer.take([String].self)
  }

  package func revision(of path: String) -> String? {
    if isAlone { return host.revision(of: path) }
    var answer = given { $0.put([host.revision(of: path)].compactMap(\.self)) }
    return answer.take([String].self).first
  }

  package func obstacle(reading path: String) -> CommandFailure? {
    failed { () throws(CommandFailure) in
      if let obstacle = host.obstacle(reading: path) { throw obstacle }
    }
  }

  // MARK: Writing

  package func write(_ bytes: [UInt8], to path: String) throws(CommandFailure) {
    if let failure = failed({ () throws(CommandFailure) in try host.write(bytes, to: path) }) {
      throw failure
    }
  }

  package func obstacle(writing path: String) -> CommandFailure? {
    failed { () throws(CommandFailure) in
      if let obstacle = host.obstacle(writing: path) { throw obstacle }
    }
  }

  // MARK: Deciding

  package func now() -> Double {
    var answer = given { $0.put(host.now()) }
    return answer.take(Double.self)
  }

  package var availableMemory: Double? {
    if isAlone { return host.availableMemory }
    var message = MessageWriter()
    message.put(host.availableMemory ?? .infinity)
    let least = ranks.allGather(message, for: .answer).map { message in
      var message = message
      return message.take(Double.self)
    }.min()
    return least.flatMap { $0.isFinite ? $0 : nil }
  }

  package var wantsToStop: Bool { ranks.isAskedToStop }

  package func checkpoint(_ progress: Progress) throws(Interrupted) {
    _ = ranks.broadcast(MessageWriter(), for: .wish)
    if ranks.isAskedToStop { throw Interrupted() }
  }

  /// Nobody can add to a file for ranks that would each have to see the same of it.
  package var mayFollow: Bool { false }

  private func failed(_ work: () throws(CommandFailure) -> Void) -> CommandFailure? {
    ranks.failed(work)
  }

  private func given(_ write: (inout MessageWriter) -> Void) -> MessageReader {
    ranks.given(write)
  }
}

extension Host {
  /// The same outside for all ranks that share the work under way.
  package var shared: any Host {
    Ranks.current.map { RankedHost(self, ranks: $0) } ?? self
  }
}

extension Ranks {
  /// What work that only rank 0 is to do comes to: its result there, nil for others, and for all why it failed.
  package static func onFirst<T>(
    _ work: () throws(CommandFailure) -> T
  ) throws(CommandFailure) -> T? {
    guard let ranks = current else { return try work() }
    var result: T?
    let failure = ranks.failed { () throws(CommandFailure) in result = try work() }
    if let failure { throw failure }
    return result
  }

  /// Why work that rank 0 alone does has failed, for all ranks; nil where it went well.
  fileprivate func failed(_ work: () throws(CommandFailure) -> Void) -> CommandFailure? {
    var answer = given { message in
      do throws(CommandFailure) {
        try work()
        message.put(false)
      } catch {
        message.put(true)
        error.write(to: &message)
      }
    }
    return answer.take(Bool.self) ? CommandFailure(from: &answer) : nil
  }

  /// What rank 0 says.
  fileprivate func given(_ write: (inout MessageWriter) -> Void) -> MessageReader {
    var message = MessageWriter()
    if isFirst { write(&message) }
    return broadcast(message, for: .answer)
  }
}

extension CommandFailure {
  fileprivate func write(to other: inout MessageWriter) {
    other.put([code, message] + [argument].compactMap(\.self))
    other.put(help)
    other.put(suggestions)
  }

  fileprivate init(from other: inout MessageReader) {
    let words = other.take([String].self)
    self.init(
      words[0], words[1], help: other.take([String].self), suggestions: other.take([String].self),
      argument: words.count > 2 ? words[2] : nil)
  }
}
