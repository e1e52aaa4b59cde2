import Commands
import Language
import Reports

extension Calibration {
  /// What is kept in a file; nothing when it is not there or damaged.
  package init(readingFrom path: String?) {
    self.init()
    guard let path, let json = Files.lines(of: path).first.flatMap({ JSON(parsing: $0) }),
      case .object(let members) = json
    else { return }
    for member in members {
      guard let numbers = member.value.array?.compactMap(\.number), numbers.count == 3 else {
        continue
      }
      entries[member.name] = Entry(once: numbers[0], each: numbers[1], bytes: numbers[2])
    }
  }

  /// Keeps what is known in a file; a cache that cannot be written is no fault.
  package func write(to path: String?) {
    guard let path, Files.makeFolder(Files.folder(of: path)) else { return }
    let members = entries.sorted { $0.key < $1.key }.map { name, entry in
      JSON.Member(
        name, .array([.number(entry.once), .number(entry.each), .number(entry.bytes)]))
    }
    try? Files.write(Array((JSON.object(members).text + "\n").utf8), to: path, named: path)
  }

  /// Where it is kept.
  package static var usualPath: String? { CacheFolder.path.map { $0 + "/calibration.json" } }
}
