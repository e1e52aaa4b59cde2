import ArgumentParser
import CLineEditor
import Commands
import Glibc
import Language
import Reports

/// `mrs test FILE|FOLDER…`
struct TestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test",
    abstract: "Run scripts and compare what they say with the output recorded in them.",
    discussion: "Lines that begin with `#>` are recorded output; expectations count, too.")

  @ArgumentParser.Argument(help: "Scripts, or folders with scripts in them.")
  var paths: [String]

  @Flag(help: "Bring recorded output up to date instead of comparing.")
  var update = false

  @Flag(help: "Record the output of every statement.")
  var record = false

  @Option(help: ArgumentHelp("Write a JUnit report there.", valueName: "file"))
  var junit: String?

  @OptionGroup var options: OutputOptions

  func run() throws {
    mrs_signals_start(1)
    let output = options.output()
    var replays: [Replay] = []
    for path in try paths.flatMap(scripts) { replays.append(try replay(path, output)) }
    let failed = replays.count { $0.status != .success }
    let line = "\(replays.count - failed) passed, \(failed) failed\n"
    output.write(line, STDOUT_FILENO)
    if let junit {
      try Files.write(Array(Replay.junit(replays).utf8), to: junit, named: junit)
    }
    try (replays.map(\.status).first { $0 != .success } ?? .success).leave()
  }

  private func replay(_ path: String, _ output: Output) throws -> Replay {
    let host = TerminalHost(directory: Files.folder(of: path))
    let source = try Source(reading: path, host: TerminalHost())
    var replay = Replay(of: source, host: host, recordsAll: record)
    if update || record, let text = replay.updated {
      if text != source.text { try Files.write(Array(text.utf8), to: path, named: path) }
      (replay.status, replay.failures) = (.success, [])
    }
    let word = replay.status == .success ? "ok    " : "FAILED"
    if !options.quiet {
      output.write(
        "\(word) \(path) (\(replay.compared) recorded outputs, \(duration(replay.seconds)))\n",
        STDOUT_FILENO)
    }
    for failure in replay.failures { output.write(failure, STDERR_FILENO) }
    return replay
  }

  /// The path itself, or the scripts of a folder and of those within.
  private func scripts(_ path: String) throws -> [String] {
    guard let kind = Files.kind(of: path) else {
      throw ValidationError("there is nothing at `\(path)`")
    }
    guard kind == .folder else { return [path] }
    return try Files.list(path, named: path).flatMap { name -> [String] in
      let inner = path + "/" + name
      if name.hasPrefix(".") { return [] }
      if Files.kind(of: inner) == .folder { return try scripts(inner) }
      return name.hasSuffix(".mrs") ? [inner] : []
    }
  }
}

/// `mrs fmt FILE…`
struct FormatCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fmt", abstract: "Put scripts into the usual form, in place.")

  @ArgumentParser.Argument(help: "The scripts.")
  var files: [String]

  @Flag(help: "Only say which scripts are not in the usual form; exit status 1 when one is not.")
  var check = false

  @OptionGroup var options: OutputOptions

  func run() throws {
    let output = options.output()
    var status = ExitStatus.success
    for file in files {
      do {
        let source = try Source(reading: file, host: TerminalHost())
        guard let text = formatted(source.text) else {
          _ = ScriptRunner(output: output).check(source)
          status = .invalid
          continue
        }
        guard text != source.text else { continue }
        if check {
          output.write(file + "\n", STDOUT_FILENO)
          if status == .success { status = .differs }
        } else {
          try Files.write(Array(text.utf8), to: file, named: file)
        }
      } catch {
        status = output.refuse(error, file)
      }
    }
    try status.leave()
  }
}

/// `mrs fix FILE…`
struct FixCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fix", abstract: "Mend in scripts what is certainly meant otherwise, in place.")

  @ArgumentParser.Argument(help: "The scripts.")
  var files: [String]

  @OptionGroup var options: OutputOptions

  func run() throws {
    let output = options.output()
    var status = ExitStatus.success
    for file in files {
      do {
        let source = try Source(reading: file, host: TerminalHost())
        let faults = Interpreter().check(source)
        let (text, count) = applyingFixes(of: faults, to: source.text)
        if count > 0 { try Files.write(Array(text.utf8), to: file, named: file) }
        output.write("\(file): \(count) mended\n", STDOUT_FILENO)
        let left = ScriptRunner(output: output).check(Source(name: file, text: text))
        if left != .success { status = left }
      } catch {
        status = output.refuse(error, file)
      }
    }
    try status.leave()
  }
}
