import ArgumentParser
import Commands
import Language
import LibC
import Reports

/// `mrs check FILE…`
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Say everything that is wrong with scripts; run nothing.",
    discussion: "Warnings leave the exit status 0 unless they are denied.")

  @OptionGroup var files: ScriptFiles

  @Flag(help: "Faults as JSON, one object a line, on standard output.")
  var json = false

  @Flag(help: "Warnings count as errors.")
  var denyWarnings = false

  @Option(
    help: ArgumentHelp(
      "Write what is found there as SARIF 2.1.0, which code hosts show beside the lines.",
      valueName: "file"))
  var sarif: String?

  @OptionGroup var annotations: AnnotationOptions

  @OptionGroup var sandbox: SandboxOptions
  @OptionGroup var options: OutputOptions

  func run() throws {
    var output = options.output()
    if json {
      output = Output(
        results: JSONRenderer(), messages: JSONRenderer(), host: output.host,
        write: { text, _ in Terminal.write(text, to: STDOUT_FILENO) })
    }
    var report = SarifReport()
    var status = files.forEach(output) { source in
      let (faults, status) = ScriptRunner(output: output).check(
        source, host: sandbox.host(of: source), deniesWarnings: denyWarnings)
      report.add(faults, in: source)
      if annotations.form == .github, !json {
        for fault in faults { output.write(Annotation(fault, in: source).github, STDOUT_FILENO) }
      }
      return status
    }
    if let sarif {
      do throws(CommandFailure) {
        try Files.write(Array((report.json.text + "\n").utf8), to: sarif, named: sarif)
      } catch {
        status = status.worse(output.refuse(error, sarif))
      }
    }
    try status.leave()
  }
}

/// `mrs fmt FILE…`
struct FormatCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fmt", abstract: "Put scripts into the usual form, in place.", aliases: ["format"])

  @OptionGroup var files: ScriptFiles

  @Flag(help: "Only say which scripts are not in the usual form; exit status 1 when one is not.")
  var check = false

  @OptionGroup var sandbox: SandboxOptions
  @OptionGroup var options: OutputOptions

  func run() throws {
    let output = options.output()
    let status = files.forEach(output, host: sandbox.keeper) { source throws(CommandFailure) in
      guard let text = formatted(source.text) else {
        output.show(source.parsed.diagnostics, in: source)
        return .invalid
      }
      guard text != source.text else { return .success }
      if check {
        output.write(source.name + "\n", STDOUT_FILENO)
        return .differs
      }
      try sandbox.keeper(of: source.name).replace(source, with: text)
      return .success
    }
    try status.leave()
  }
}

/// `mrs fix FILE…`
struct FixCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fix", abstract: "Mend in scripts what is certainly meant otherwise, in place.")

  @OptionGroup var files: ScriptFiles
  @OptionGroup var sandbox: SandboxOptions
  @OptionGroup var options: OutputOptions

  func run() throws {
    let output = options.output()
    let status = files.forEach(output, host: sandbox.keeper) { source throws(CommandFailure) in
      let host = sandbox.host(of: source)
      let faults = Interpreter().check(source, host: host, lints: true)
      let (text, count) = applyingFixes(of: faults, to: source.text)
      if count > 0 {
        try sandbox.keeper(of: source.name).replace(source, with: text)
      }
      output.write("\(source.name): \(count) mended\n", STDOUT_FILENO)
      return ScriptRunner(output: output).check(Source(name: source.name, text: text), host: host)
        .status
    }
    try status.leave()
  }
}
