import ArgumentParser
import CLineEditor
import Commands
import Language
import LibC
import Reports

/// `mrs plan FILE name=value…`
struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Say what a script will do, on what sizes, and what time and memory that takes.",
    discussion: """
      Data are loaded and split; everything after that is done on a sixteenth of the tasks (on all where \
      that is quick) and reckoned up: at most three epochs of 8 inner steps, layers of 256, 8 rounds of a \
      loop or a sweep, one round of an evaluation. No file is written: all is measured anew each time.
      """)

  @ArgumentParser.Argument(help: "The script.")
  var file: String

  @ArgumentParser.Argument(help: "Values of the script's parameters: name=value.")
  var values: [String] = []

  @Option(
    help: ArgumentHelp(
      "Exit status 1 when the script is expected to take longer: 30s, 10m.", valueName: "time"))
  var budget: String?

  @OptionGroup var sandbox: SandboxOptions
  @OptionGroup var kernels: KernelOptions
  @OptionGroup var options: OutputOptions

  func validate() throws { _ = try budgetSeconds() }

  private func budgetSeconds() throws -> Double? {
    try LimitOptions.read("budget", budget, .seconds, "30s or 10m")
  }

  func run() throws {
    mrs_signals_start(1)
    let output = options.output()
    let name = file
    let host = output.host
    Limits().watch { host.end(name, $0, $1) }
    do {
      let source = try Source(reading: file, host: TerminalHost())
      try plan(source, output).leave()
    } catch let failure as CommandFailure {
      try output.refuse(failure, file).leave()
    }
  }

  private func plan(_ source: Source, _ output: Output) throws -> ExitStatus {
    let host = FileRecordingHost(
      sandbox.host(of: source, kernels: try kernels.chosen()), isDry: true)
    var interpreter = Interpreter()
    interpreter.parameters = try Parameters(values).values
    interpreter.execution.variation.passesOverExpectations = true
    interpreter.execution.plan = Plan(memory: { peakMemory() })
    let result = interpreter.run(source, host: host)
    guard let plan = interpreter.execution.plan else { return .failed }
    // A script that is refused at its start has no plan to look at.
    if !plan.steps.isEmpty || result == .completed {
      output.show(plan.report(reading: host.files.map(\.path), writing: host.written))
    }
    output.show(result, of: source)
    if result != .completed { return ExitStatus(result) }
    if let budget = try budgetSeconds(), plan.seconds > budget {
      output.say("this is more than the budget of \(duration(budget))")
      return .differs
    }
    return .success
  }
}
