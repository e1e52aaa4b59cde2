import CLineEditor
import Commands
import Kernels
import LibC
import MPI
import Synchronization

/// One of several ranks, as mpirun or srun has started this process.
struct Launch: Sendable {
  /// Its number, as the launcher says.
  let rank: Int
  /// How many it has started.
  private let size: Int
  /// Standard error as it was given to this process, whoever prints now.
  private let errors: Int32

  /// What the launcher has written into the environment; nil for a process by itself.
  init?() {
    func number(_ variables: [String]) -> Int? {
      variables.lazy.compactMap { Terminal.environment($0).flatMap { Int($0) } }.first
    }
    guard let rank = number(["OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK"]),
      let size = number(["OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_STEP_NUM_TASKS"]), size > 1
    else { return nil }
    (self.rank, self.size) = (rank, size)
    errors = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3)
    if rank > 0 { fallSilent() }
  }

  /// From here on only rank 0 prints.
  private func fallSilent() {
    let nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC)
    guard nowhere >= 0 else { return }
    dup2(nowhere, STDOUT_FILENO)
    dup2(nowhere, STDERR_FILENO)
    close(nowhere)
  }

  /// What a subcommand comes to, of which this rank does its share; it finds the others in `Ranks.current`.
  func share(_ work: () -> ExitStatus) -> ExitStatus {
    let names = Names()
    let ranks: Ranks
    do throws(MPIError) {
      let library = Terminal.environment("MRS_MPI_LIBRARY")
      let communicator = try MPIRanks.join(library: library) { end($0, speaks: $1, names) }
      ranks = Ranks(communicator, names: names.gathered(by: communicator)) {
        mrs_signals_interrupts() > 0
      }
    } catch {
      return refuse("E0904", "ranks cannot work together: \(error.message)", error.help)
    }
    guard ranks.size == size else {
      return refuse(
        "E0904", "\(size) ranks were started, and Open MPI knows of \(ranks.size)",
        "start them in a way that it understands: mpirun, or `srun --mpi=pmix`")
    }
    if let difference = difference(of: ranks) {
      ranks.leave()
      return refuse("E0903", difference.message, difference.help)
    }
    let status = Ranks.$current.withValue(ranks) { work() }
    ranks.leave()
    return status
  }

  /// What is said of another subcommand than `run`, which alone is shared.
  func refuse(_ subcommand: String) -> ExitStatus {
    refuse(
      "E0904", "`mrs \(subcommand)` is nothing that ranks could share",
      "`mrs run` alone is started by mpirun or srun; start this by itself")
  }

  private func refuse(_ code: String, _ message: String, _ help: String) -> ExitStatus {
    Terminal.write("error[\(code)]: \(message)\n  help: \(help)\n", to: STDERR_FILENO)
    return .usage
  }

  // MARK: Being the same

  /// What ranks differ in that have to be the same; nil where they are.
  private func difference(of ranks: Ranks) -> (message: String, help: String)? {
    let own = [Version.identity, CommandLine.arguments.dropFirst().joined(separator: " ")]
    var message = MessageWriter()
    message.put(own)
    let all = ranks.allGather(message, for: .start).map { message in
      var message = message
      return message.take([String].self)
    }
    guard let other = all.firstIndex(where: { $0 != all[0] }) else { return nil }
    let isOtherProgram = all[other][0] != all[0][0]
    func said(_ rank: Int) -> String {
      ranks.title(of: rank)
        + (isOtherProgram ? " is \(all[rank][0])" : " was told `mrs \(all[rank][1])`")
    }
    return (
      "ranks do not run the same; \(said(0)); \(said(other))",
      isOtherProgram
        ? "install one build of mrs on all machines" : "start all ranks with the same words"
    )
  }

  // MARK: Ending early

  /// Seconds that others wait for the one who speaks: when the first process ends, the launcher ends the rest.
  private static let courtesy: UInt32 = 3

  private func end(_ reason: MPIRanks.End, speaks: Bool, _ names: Names) {
    if speaks {
      let (message, help) = sentence(reason, names)
      Files.writeAll(Array("error[E0902]: \(message)\n  help: \(help)\n".utf8), to: errors)
    } else {
      sleep(Self.courtesy)
    }
    if case .terminated = reason {} else { MPIRanks.endLauncher() }
    _exit(ExitStatus.failed.rawValue)
  }

  private func sentence(_ reason: MPIRanks.End, _ names: Names) -> (String, String) {
    let remedy =
      "checkpoints are whole; run the script again, with any number of ranks, and what has one goes on from it"
    return switch reason {
    case .silent(let rank):
      (
        "\(names.title(of: rank)) has not been heard of for 15 s: it, its machine or the way to it is gone or held, "
          + "and the others have stopped", remedy
      )
    case .terminated:
      ("the launcher has ended the run, as it does when a rank has died or it is stopped", remedy)
    case .parted(let rank):
      (
        "\(names.title(of: rank)) does something else than rank 0, which should not happen",
        "this is a fault of mrs, please report the script"
      )
    case .broken:
      ("Open MPI lost its way to the other ranks, and all have stopped", remedy)
    }
  }
}

/// How the machines of all ranks are called, once they are known.
private final class Names: Sendable {
  private let names = Mutex<[String]>([])

  /// Tells all ranks what each one's machine is called.
  func gathered(by communicator: any Communicator) -> [String] {
    var name = [CChar](repeating: 0, count: 256)
    gethostname(&name, name.count - 1)
    let own = name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    let all = communicator.allGather(own, for: .start).map { String(decoding: $0, as: UTF8.self) }
    names.withLock { $0 = all }
    return all
  }

  func title(of rank: Int) -> String {
    Ranks.title(of: rank, names.withLock(\.self))
  }
}
