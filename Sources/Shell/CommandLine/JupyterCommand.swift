import ArgumentParser
import CLineEditor
import Commands
import Jupyter
import Kernels
import Language
import LibC
import Reports

/// `mrs jupyter`: notebooks of Jupyter whose cells this program runs.
struct JupyterCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "jupyter",
    abstract: "Let Jupyter's notebooks run cells of the language.",
    discussion: """
      `mrs jupyter install` tells Jupyter where this program is; then notebooks and consoles offer it, and \
      `jupyter nbconvert --execute` runs what `mrs convert` makes of a script. The kernel is part of a \
      program that was built with libzmq: `swift build -c release --traits Jupyter`.
      """,
    subcommands: [InstallKernelCommand.self, RunKernelCommand.self])
}

/// What programs without the kernel say of it.
private let absence = CommandFailure(
  "E0519", "this program was built without the kernel for Jupyter",
  help: [
    "install libzmq (`apt-get install libzmq3-dev`) and build with "
      + "`swift build -c release --traits Jupyter`; `scripts/install` does where libzmq is there"
  ])

/// `mrs jupyter install`
struct InstallKernelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "install", abstract: "Tell Jupyter where this program is.",
    discussion: "Writes kernel.json; installing again replaces it. Nothing else is changed.")

  @Flag(help: "For this user; what is done if nothing else is asked for.")
  var user = false

  @Option(
    help: ArgumentHelp(
      "Below a folder, such as that of a virtual environment: PATH/share/jupyter/kernels.",
      valueName: "path"), completion: .directory)
  var prefix: String?

  @Option(
    help: ArgumentHelp(
      "What Jupyter calls it: letters, digits, `.`, `_` and `-`.", valueName: "name"))
  var name = "mrs"

  @OptionGroup var options: OutputOptions

  func validate() throws {
    if user, prefix != nil { throw ValidationError("--user and --prefix exclude each other") }
    let allowed = name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "-"):
        true
      default: false
      }
    }
    guard allowed, !name.isEmpty, !name.hasPrefix(".") else {
      throw ValidationError("`\(name)` is no name of a kernel: letters, digits, `.`, `_`, `-`")
    }
  }

  func run() throws {
    let output = options.output()
    guard KernelServer.isBuilt else { return try output.refuse(absence, "jupyter install").leave() }
    guard
      let program = realpath("/proc/self/exe", nil).map({ path in
        defer { free(path) }
        return String(cString: path)
      }), let kernels
    else {
      let failure = CommandFailure(
        "E0504", "there is no home to install to", help: ["`--prefix=PATH` says where"])
      return try output.refuse(failure, "jupyter install").leave()
    }
    let folder = "\(kernels)/\(name)"
    let text = KernelDescription.specification(
      of: program, named: name == "mrs" ? "mrs" : "mrs (\(name))")
    do throws(CommandFailure) {
      guard Files.makeFolder(folder) else {
        throw CommandFailure("E0504", "no folder can be made at \(folder)")
      }
      try TerminalHost().write(Array(text.utf8), to: folder + "/kernel.json")
    } catch {
      return try output.refuse(error, folder).leave()
    }
    output.write("Jupyter finds mrs by \(folder)/kernel.json\n", STDOUT_FILENO)
  }

  /// The folder with the kernels that Jupyter looks at.
  private var kernels: String? {
    if let prefix { return prefix + "/share/jupyter/kernels" }
    if let told = Terminal.environment("JUPYTER_DATA_DIR"), !told.isEmpty {
      return told + "/kernels"
    }
    return dataFolder(of: "jupyter").map { $0 + "/kernels" }
  }
}

/// `mrs jupyter kernel CONNECTION`: what Jupyter starts.
struct RunKernelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kernel", abstract: "Run a kernel; Jupyter does this.")

  @ArgumentParser.Argument(
    help: "The file that says where Jupyter waits.", completion: .file(extensions: ["json"]))
  var connection: String

  @OptionGroup var kernels: KernelOptions
  @OptionGroup var options: OutputOptions

  func run() throws {
    mrs_signals_start(0)
    let output = options.output()
    do throws(CommandFailure) {
      guard KernelServer.isBuilt else { throw absence }
      try serve(kernels: (try? kernels.chosen()) ?? Terminal.kernels)
    } catch {
      try output.refuse(error, connection).leave()
    }
  }

  private func serve(kernels: KernelSet) throws(CommandFailure) {
    let contents = try Files.contents(of: Place(connection), named: connection)
    let connection = try Connection(
      contents.withBytes { String(decoding: $0, as: UTF8.self) }, named: connection)
    let host = TerminalHost(kernels: kernels, mayFollow: true)
    let history = History(path: History.usualPath)
    let bench = Workbench(
      journals: JournalFolder.usual, results: ResultCache.recoverable,
      lessons: LessonFile.usual)
    let surroundings = Kernel.Surroundings(
      host: host, version: Version.text, date: { UniversalTime.now },
      signals: {
        defer { mrs_signals_forget() }
        return Int(mrs_signals_interrupts())
      },
      live: { session in
        let live = LiveValues(session: session, host: host)
        return { live.values($0, prefix: $1) }
      })
    let parent = getppid()
    try KernelServer.run(
      connection, surroundings,
      process: KernelServer.Process(
        isAbandoned: {
          Terminal.environment("JPY_PARENT_PID") != nil && getppid() != parent
        }, end: { _exit(ExitStatus.interrupted.rawValue) }),
      bench: bench,
      history: KernelHistory(
        earlier: history.entries.suffix(1000).map(\.text), remember: { history.remember($0) }))
  }
}

/// The present time in the form of ISO 8601 and RFC 3339, to the microsecond.
private enum UniversalTime {
  static var now: String {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    var parts = tm()
    gmtime_r(&time.tv_sec, &parts)
    var text = [CChar](repeating: 0, count: 32)
    let count = strftime(&text, text.count, "%Y-%m-%dT%H:%M:%S", &parts)
    let seconds = String(decoding: text.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let digits = String(time.tv_nsec / 1000)
    return seconds + "." + String(repeating: "0", count: 6 - digits.count) + digits + "Z"
  }
}
