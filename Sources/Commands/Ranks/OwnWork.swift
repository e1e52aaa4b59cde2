import Datasets
import Kernels
import Language

extension Ranks {
  /// What work comes to that each rank does with data of its own, within which nothing is exchanged.
  ///
  /// Where that of one fails, it fails for all. Rank 0 hears its own failure as it is; of that of another it hears whose
  /// it was, its code, and the file and line, since words may be ratings.
  static func own<T>(_ work: () throws -> T) throws -> T {
    let outcome = Result { try alone(work) }
    guard let ranks = current else { return try outcome.get() }
    var message = MessageWriter()
    message.put(outcome.told)
    let told = ranks.allGather(message, for: .outcome).map { message in
      var message = message
      return message.take([String].self)
    }
    guard let failed = told.firstIndex(where: { !$0.isEmpty }) else { return try outcome.get() }
    if failed == 0, ranks.isFirst { return try outcome.get() }
    let (code, place, isMissing) = (told[failed][0], told[failed][1], told[failed][0] == "E0501")
    throw CommandFailure(
      "E0905",
      isMissing
        ? "\(ranks.title(of: failed)) has no file `\(place)`"
        : "\(ranks.title(of: failed)) cannot do that with its own data: "
          + (place.isEmpty ? code : "\(place) (\(code))"),
      help: [
        isMissing
          ? "in the path `%r` is the rank's number, from 0; it is relative to the script of that rank"
          : "the same without owners= by itself, with that rank's file, says what is wrong; words of the file "
            + "may be ratings, and stay there"
      ] + (isMissing ? [] : ["`explain \(code)`"]))
  }
}

extension Result {
  /// What others are told of a failure: its code and where it is; nothing of what went well.
  fileprivate var told: [String] {
    guard case .failure(let error) = self else { return [] }
    if let error = error as? DatasetError {
      return [error.code, (error.file ?? "") + (error.line.map { ":\($0)" } ?? "")]
    }
    guard let failure = error as? CommandFailure else { return ["E0900", ""] }
    // Of a file that is not there the path is all that there is.
    return [failure.code, failure.code == "E0501" ? failure.argument ?? "" : ""]
  }
}

/// The files of one rank: `%r` in a path is its number.
final class OwnFiles: FileSource {
  private let files: any FileSource
  private let rank: Int

  init(_ files: any FileSource, of rank: Int) {
    self.files = files
    self.rank = rank
  }

  func read(_ path: String) throws -> FileContents { try files.read(Self.path(path, of: rank)) }

  func kind(of path: String) -> FileKind? { files.kind(of: Self.path(path, of: rank)) }

  func list(_ path: String) throws -> [String] { try files.list(Self.path(path, of: rank)) }

  static func path(_ path: String, of rank: Int) -> String {
    path.replacing("%r", with: "\(rank)")
  }
}
