import CLineEditor
import LibC
import Reports

/// The user's own editor on a text: `$VISUAL`, `$EDITOR`, else `vi`.
enum ExternalEditor {
  /// The text after editing, or nil when the editor failed or nothing was changed.
  static func edit(_ text: String) -> String? {
    let path = "\(Files.temporaryFolder)/mrs-\(getpid()).mrs"
    guard (try? Files.write(Array((text + "\n").utf8), to: path, named: path)) != nil else {
      return nil
    }
    defer { unlink(path) }
    let names = ["VISUAL", "EDITOR"].lazy.compactMap { Terminal.environment($0) }
    let program = names.first { !$0.isEmpty } ?? "vi"
    guard run(program, on: path) == 0,
      let contents = try? Files.contents(of: path, named: path)
    else { return nil }
    let edited = contents.withBytes { String(decoding: $0, as: UTF8.self) }.trimmingSpaces
    return edited == text ? nil : edited
  }

  /// Runs the program through the shell, since `$EDITOR` may carry options; returns its exit status.
  private static func run(_ program: String, on path: String) -> Int32 {
    let words = ["sh", "-c", program + " \"$1\"", "sh", path]
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    defer { arguments.forEach { free($0) } }
    var child: pid_t = 0
    guard posix_spawn(&child, "/bin/sh", nil, nil, &arguments, environ) == 0 else { return -1 }
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0 {
      if errno != EINTR { return -1 }
    }
    return status
  }
}
