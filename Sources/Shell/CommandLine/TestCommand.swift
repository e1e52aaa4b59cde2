import ArgumentParser
import CLineEditor
import Commands
import Kernels
import Language
import LibC
import Reports

/// `mrs test FILE|FOLDER…`
struct TestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test",
    abstract: "Run scripts and compare what they say with what is recorded in them.",
    discussion: """
      Lines that begin with `#>` are recorded output, with `#@` recorded states; expectations count, \
      too. Where output differs, the script as it would be recorded now is written beside it, and \
      `mrs promote` puts it in its place; not so in continuous integration (CI=true).

      A script is skipped when data are not there that it says how to fetch, in a line such as \
      `#? data ../.data/ml-1m from scripts/fetch-data ml-1m`.

      What trainings and evaluations come to is kept, and taken again while command, state, seed, data \
      and program are the same: after an edit only what depends on it runs anew.
      """)

  @OptionGroup var files: ScriptFiles

  @Flag(help: "Bring recorded output up to date instead of comparing.")
  var update = false

  @Flag(help: "Record the output and the state of every statement.")
  var record = false

  @Option(
    help: ArgumentHelp(
      "Run each script with N draws of chance, too: tells nondeterminism, and with --update writes "
        + "tolerances.", valueName: "N"))
  var runs = 1

  @Flag(help: "List expectations that would hold for a random or a popularity recommender, too.")
  var mutate = false

  @Option(help: ArgumentHelp("How many scripts run at a time.", valueName: "N"))
  var jobs: Int?

  @Flag(
    help: "Run everything: neither keep results of long commands nor take those kept before.")
  var noCache = false

  @Flag(help: "No lengths of time in the output.")
  var deterministic = false

  @Option(help: ArgumentHelp("Write a JUnit report there.", valueName: "file"))
  var junit: String?

  @Option(
    help: ArgumentHelp("Write a report in the Test Anything Protocol there.", valueName: "file"))
  var tap: String?

  @Option(
    help: ArgumentHelp(
      "Replay only a part of the scripts: the first of four is 1/4. Together the parts have each once.",
      valueName: "k/n"))
  var shard: Shard?

  @OptionGroup var annotations: AnnotationOptions

  @Flag(help: .hidden)
  var worker = false

  @OptionGroup var sandbox: SandboxOptions
  @OptionGroup var limits: LimitOptions
  @OptionGroup var kernels: KernelOptions
  @OptionGroup var options: OutputOptions

  private static let processors = processorCount

  func validate() throws {
    guard runs >= 1, runs <= 1000 else {
      throw ValidationError("--runs needs a number from 1 to 1000")
    }
    if let jobs, jobs < 1 { throw ValidationError("--jobs needs a number from 1") }
  }

  func run() throws {
    // A worker gets Ctrl-C from the terminal and once more from the process that began it.
    mrs_signals_start(worker ? 0 : 1)
    if worker { return try work() }
    let output = options.output()
    let (all, failures) = files.expanded()
    let scripts = shard?.part(of: all) ?? all
    for (failure, folder) in failures { try output.refuse(failure, folder).leave() }
    for script in scripts where Files.kind(of: script) != .file {
      try output.refuse(Files.missing(script, named: script), script).leave()
    }
    guard !all.isEmpty else {
      throw ValidationError("there is no script in \(files.paths.joined(separator: ", "))")
    }
    var replays = [Replay?](repeating: nil, count: scripts.count)
    let count = min(jobs ?? TestCommand.processors, max(1, scripts.count))
    let workers = Workers(arguments: { arguments($0, jobs: count) }, count: count)
    workers.replay(scripts) { index, replay in
      replays[index] = settled(replay, output)
      tell(replays[index] ?? replay, output)
    }
    let done = zip(scripts, replays).map { script, replay in
      replay ?? Replay(failed: script, .interrupted, "\(script): not run\n")
    }
    var worst = done.reduce(ExitStatus.success) { $0.worse($1.status) }
    for (path, report) in [(junit, Replay.junit), (tap, Replay.tap)] {
      guard let path else { continue }
      do throws(CommandFailure) {
        try Files.write(Array(report(done).utf8), to: path, named: path)
      } catch {
        worst = worst.worse(output.refuse(error, path))
      }
    }
    if annotations.form == .github {
      for found in done.flatMap(Annotation.all) { output.write(found.github, STDOUT_FILENO) }
    }
    tellSum(of: done, output)
    try worst.leave()
  }

  /// The words that make another process of this program replay one script for this one.
  private func arguments(_ script: String, jobs: Int) -> [String] {
    var words = ["test", "--worker", "--runs", "\(runs)", "--jobs", "\(jobs)"]
    for (isOn, flag) in [
      (update, "--update"), (record, "--record"), (mutate, "--mutate"), (noCache, "--no-cache"),
      (deterministic, "--deterministic"), (sandbox.programs, "--programs"),
    ] where isOn {
      words.append(flag)
    }
    for folder in sandbox.allow { words += ["--allow", folder] }
    if let timeout = limits.timeout { words += ["--timeout", timeout] }
    if let memory = limits.memory { words += ["--memory", memory] }
    return words + kernels.words + ["--", script]
  }

  /// Replays one script and writes what came of it as JSON.
  private func work() throws {
    let path = files.paths.first ?? ""
    try limits.limits().watch { excess, status in
      let isStopped = status == .interrupted
      let replay = Replay(
        failed: path, status,
        isStopped ? "\(path): interrupted\n" : "error[E0901]: \(path) \(excess)\n")
      Terminal.write(replay.json.text + "\n", to: STDOUT_FILENO)
    }
    let kernels = try kernels.chosen()
    let replay: Replay
    do throws(CommandFailure) {
      let source = try Source(reading: path, host: TerminalHost())
      replay = self.replay(source, kernels)
    } catch {
      replay = Replay(failed: path, ExitStatus(error), "\(path): \(error.message)\n")
    }
    Terminal.write(replay.json.text + "\n", to: STDOUT_FILENO)
  }

  private func replay(_ source: Source, _ kernels: KernelSet) -> Replay {
    let host = sandbox.host(
      of: source, isTimeless: deterministic, mostMemory: try? limits.limits().bytes,
      kernels: kernels)
    let cache = cache
    // Bringing up to date and trying out are more than replaying.
    let keepsReplay = !update && !record && !mutate
    if keepsReplay, let kept = cache?.replay(of: source, host: host) { return kept }
    let attentive = FileRecordingHost(host)
    let replay = Replay(
      of: source, host: attentive,
      options: ReplayOptions(
        recordsAll: record, draws: runs, looksForToothless: mutate,
        threads: max(1, TestCommand.processors / max(1, jobs ?? 1))),
      store: cache)
    if keepsReplay, attentive.written.isEmpty {
      cache?.keep(replay, of: source, facts: attentive.facts)
    }
    return replay
  }

  /// Where results are kept; nil when all is to run, as it is to find out whether it always comes to the
  /// same.
  private var cache: ResultCache? {
    guard !noCache, runs == 1, let folder = CacheFolder.path else { return nil }
    let salt =
      sandbox.allow.joined(separator: ":") + (deterministic ? " timeless" : "")
      + (sandbox.programs ? " programs" : "")
    return ResultCache(folder: folder + "/results", salt: salt)
  }
}

extension TestCommand {
  /// The replay after what it has found anew was written where it belongs.
  private func settled(_ replay: Replay, _ output: Output) -> Replay {
    var replay = replay
    guard let text = replay.updated, let ran = replay.ran else {
      if update || record, replay.status != .invalid, replay.fetching == nil {
        replay.remarks.append("its records stay as they were: it did not run to its end")
      }
      return replay
    }
    guard text != ran else { return replay }
    let isUpdating = update || record
    let differs = replay.status == .differs || isUpdating && replay.status == .success
    guard differs, isUpdating || Terminal.environment("CI").map({ $0 != "true" }) ?? true else {
      return replay
    }
    let source = Source(name: replay.name, text: ran)
    let keeper = sandbox.keeper(of: replay.name)
    do throws(CommandFailure) {
      if isUpdating {
        try keeper.replace(source, with: text)
        replay.acceptOutputs()
      } else {
        guard TerminalHost().holds(source) else { throw Files.changedMeanwhile(replay.name) }
        let target = Promotion.path(of: replay.name)
        try keeper.write(Array(text.utf8), to: target)
        replay.remarks.append("`mrs promote \(replay.name)` accepts the new output")
      }
    } catch {
      if isUpdating { replay.status = replay.status.worse(ExitStatus(error)) }
      replay.remarks.append(
        "error[\(error.code)]: " + ([error.message] + error.help).joined(separator: "; "))
    }
    return replay
  }

  private func tell(_ replay: Replay, _ output: Output) {
    if let reason = replay.reasonToSkip {
      let cases = counted(replay.cases.count, "case")
      return output.write("skipped \(replay.name) (\(cases): \(reason))\n", STDOUT_FILENO)
    }
    let (passed, failed, skipped) = replay.counts
    if !options.quiet || replay.status != .success {
      var parts = ["\(passed) of \(replay.cases.count) hold"]
      if failed > 1 { parts.append("\(failed) do not") }
      if skipped > 0 { parts.append("\(skipped) not reached") }
      if replay.isCached { parts.append("unchanged since it passed") }
      if replay.resultsTaken > 0, !replay.isCached {
        parts.append(
          counted(replay.resultsTaken, "result") + " kept from before"
        )
      }
      if !deterministic, !replay.isCached, replay.seconds > 0 {
        parts.append(duration(replay.seconds))
      }
      let word = replay.status == .success ? "ok    " : "FAILED"
      output.write("\(word) \(replay.name) (\(parts.joined(separator: ", ")))\n", STDOUT_FILENO)
    }
    // The first divergence explains most; what follows it mostly follows from it.
    if let first = replay.failures.first { output.write(first, STDERR_FILENO) }
    if failed > 1 {
      output.write("  and \(failed - 1) more, which --junit and --tap list\n", STDERR_FILENO)
    }
    for remark in replay.remarks { output.write("  \(remark)\n", STDOUT_FILENO) }
  }

  private func tellSum(of replays: [Replay], _ output: Output) {
    let counts = replays.map(\.counts)
    let sums = counts.reduce((0, 0, 0)) { ($0.0 + $1.passed, $0.1 + $1.failed, $0.2 + $1.skipped) }
    let unfetched = replays.count { $0.fetching != nil }
    let more = unfetched == 0 ? "" : "; \(counted(unfetched, "script")) without data"
    output.write(
      "\(sums.0) passed, \(sums.1) failed, \(sums.2) skipped\(more)\n", STDOUT_FILENO)
  }
}

extension Replay {
  /// Recorded output that differed has become what is printed now.
  fileprivate mutating func acceptOutputs() {
    for index in cases.indices where cases[index].isOutput {
      cases[index].verdict = .passed
    }
    if status == .differs, failures.isEmpty { status = .success }
  }
}
