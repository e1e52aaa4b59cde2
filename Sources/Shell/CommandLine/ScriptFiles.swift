import ArgumentParser
import Commands
import Kernels
import Datasets
import Language

/// The scripts that a subcommand is to do something with, one after the other.
struct ScriptFiles: ParsableArguments {
  @ArgumentParser.Argument(
    help: "Scripts, or folders with scripts in them; links in folders are passed over.")
  var paths: [String]

  /// The worst that came of the scripts. One that cannot be read is told and passed over.
  ///
  /// - Parameter host: reads a script.
  func forEach(
    _ output: Output, host: (String) -> TerminalHost = { _ in TerminalHost() },
    _ work: (Source) throws(CommandFailure) -> ExitStatus
  ) -> ExitStatus {
    var worst = ExitStatus.success
    let found = expanded()
    for (failure, folder) in found.failures { worst = worst.worse(output.refuse(failure, folder)) }
    for path in found.scripts {
      do throws(CommandFailure) {
        worst = worst.worse(try work(try Source(reading: path, host: host(path))))
      } catch {
        worst = worst.worse(output.refuse(error, path))
      }
    }
    return worst
  }

  /// The scripts themselves, those of folders in order of their names, and the folders that cannot be looked
  /// into. Links within folders are passed over: one could lead to scripts and secrets that whoever made the
  /// folder must not reach.
  func expanded() -> (scripts: [String], failures: [(CommandFailure, folder: String)]) {
    var scripts: [String] = []
    var failures: [(CommandFailure, folder: String)] = []
    func expand(_ path: String) {
      guard Files.kind(of: path) == .folder else { return scripts.append(path) }
      do throws(CommandFailure) {
        for name in try Files.list(path, named: path) where !name.hasPrefix(".") {
          let inner = filePath(path, name)
          guard !Files.isLink(inner) else { continue }
          if name.hasSuffix(".mrs") || Files.kind(of: inner) == .folder { expand(inner) }
        }
      } catch {
        failures.append((error, path))
      }
    }
    paths.forEach(expand)
    return (scripts, failures)
  }
}

/// What scripts may read and write.
struct SandboxOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A folder that scripts may use besides their own and the current one; may be repeated.",
      valueName: "folder"))
  var allow: [String] = []

  @Flag(help: "Let scripts read Parquet files, which another program, duckdb, does.")
  var programs = false

  func validate() throws {
    for folder in allow where Files.kind(of: folder) != .folder {
      throw ValidationError("there is no folder `\(folder)` to allow")
    }
  }

  /// The sandbox of a script that lies in a folder.
  func sandbox(of folder: String) -> Sandbox {
    Sandbox([folder, "."] + allow, runsPrograms: programs)
  }

  /// A host for what is done to a file itself: read and replaced where it lies, and not where links from
  /// there lead to.
  func keeper(of path: String) -> TerminalHost {
    TerminalHost(sandbox: sandbox(of: Files.folder(of: path)))
  }

  /// A host for a script that looks where the script lies, and no further than it may.
  func host(
    of source: Source, isTimeless: Bool = false, mostMemory: Double? = nil,
    kernels: KernelSet = Terminal.kernels
  ) -> TerminalHost {
    let folder = Files.folder(of: source.name)
    return TerminalHost(
      directory: folder, sandbox: sandbox(of: folder), isTimeless: isTimeless,
      mostMemory: mostMemory, kernels: kernels)
  }
}
