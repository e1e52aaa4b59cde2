import ArgumentParser
import Commands
import Kernels
import Language

/// The scripts that a subcommand is to do something with, one after the other.
struct ScriptFiles: ParsableArguments {
  @ArgumentParser.Argument(
    help: "Scripts, or folders with scripts in them; links in folders are passed over.")
  var paths: [String]

  /// The worst that came of the scripts. One that cannot be read is told and passed over.
  func forEach(
    _ output: Output, _ work: (Source) throws(CommandFailure) -> ExitStatus
  ) throws -> ExitStatus {
    var worst = ExitStatus.success
    for path in try expanded() {
      do throws(CommandFailure) {
        worst = worst.worse(try work(try Source(reading: path, host: TerminalHost())))
      } catch {
        worst = worst.worse(output.refuse(error, path))
      }
    }
    return worst
  }

  /// The scripts themselves, those of folders in order of their names. Links within folders are passed
  /// over: one could lead to scripts and secrets that whoever made the folder must not reach.
  func expanded() throws -> [String] { try paths.flatMap(scripts) }

  private func scripts(_ path: String) throws -> [String] {
    guard Files.kind(of: path) == .folder else { return [path] }
    return try Files.list(path, named: path).flatMap { name -> [String] in
      if name.hasPrefix(".") { return [] }
      let inner = path == "." ? name : path.hasSuffix("/") ? path + name : path + "/" + name
      if Files.isLink(inner) { return [] }
      if Files.kind(of: inner) == .folder { return try scripts(inner) }
      return name.hasSuffix(".mrs") ? [inner] : []
    }
  }
}

/// What scripts may read and write.
struct ReachOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A folder that scripts may use besides their own and the current one; may be repeated.",
      valueName: "folder"))
  var allow: [String] = []

  func validate() throws {
    for folder in allow where Files.kind(of: folder) != .folder {
      throw ValidationError("there is no folder `\(folder)` to allow")
    }
  }

  /// The reach of a script that lies in a folder.
  func reach(of folder: String) -> Reach { Reach([folder, "."] + allow) }

  /// A host for a script that looks where the script lies, and no further than it may.
  func host(
    of source: Source, isTimeless: Bool = false, kernels: KernelSet = Terminal.kernels
  ) -> TerminalHost {
    let folder = Files.folder(of: source.name)
    return TerminalHost(
      directory: folder, reach: reach(of: folder), isTimeless: isTimeless,
      kernels: kernels)
  }
}
