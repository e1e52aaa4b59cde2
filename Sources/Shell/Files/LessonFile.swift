import Commands
import Reports

/// How far lessons came, in a file of the user's own; without a home, or where it cannot be written, only for this
/// session.
package final class LessonFile: LessonRecord {
  private let path: String

  package init(_ path: String) { self.path = path }

  /// `lessons.json` beside the history.
  package static var usual: LessonFile? {
    StateFolder.path.map { LessonFile($0 + "/lessons.json") }
  }

  package func steps() -> [String: Int] {
    guard Files.isRegular(path), let contents = try? Files.contents(of: path, named: path),
      case .object(let members)? = contents.withBytes({
        JSON(parsing: String(decoding: $0.prefix(1 << 20), as: UTF8.self))
      })
    else { return [:] }
    var steps: [String: Int] = [:]
    for member in members {
      if let count = member.value.number.flatMap({ Int(exactly: $0) }), count >= 0 {
        steps[member.name] = count
      }
    }
    return steps
  }

  package func keep(_ steps: Int, of lesson: String) {
    // Another session may have come further in another lesson meanwhile.
    var all = self.steps()
    all[lesson] = steps
    let members = all.sorted { $0.key < $1.key }.map { JSON.Member($0.key, .number($0.value)) }
    guard let folder = path.lastIndex(of: "/").map({ String(path[..<$0]) }),
      Files.makeFolder(folder)
    else { return }
    try? Files.write(Array((JSON.object(members).text + "\n").utf8), to: path, named: path)
  }
}
