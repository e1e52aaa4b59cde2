import Kernels

#if MPI
  import CMPI
#endif

/// Ranks that mpirun or srun has started, by Open MPI, where the program was built with the trait `MPI`.
package enum MPIRanks {
  package static var isBuilt: Bool {
    #if MPI
      true
    #else
      false
    #endif
  }

  /// Why the work of the ranks cannot go on.
  package enum End: Sendable {
    /// This rank has not been heard of for too long.
    case silent(Int)
    /// The launcher ends this process, as it does when another one has died.
    case terminated
    /// This rank does something else than the others.
    case parted(Int)
    case broken
  }

  /// Joins the other ranks.
  ///
  /// - Parameters:
  ///   - library: the path of Open MPI's library; nil for where it usually is.
  ///   - end: told once, on any thread, that the work cannot go on, and whether this rank says so for all. It ends the
  ///     process.
  package static func join(
    library: String?, end: @escaping @Sendable (_ reason: End, _ speaks: Bool) -> Void
  ) throws(MPIError) -> any Communicator {
    #if MPI
      try MPICommunicator(library: library, end: end)
    #else
      throw MPIError(
        message: "this mrs was built without ranks",
        help: "build it with them: `swift build -c release --product mrs --traits MPI`")
    #endif
  }

  /// Sees to it that mpirun ends after this process, which ends at once; by itself it would wait for machines that do
  /// not answer.
  package static func endLauncher() {
    #if MPI
      mrs_mpi_end_launcher(4)
    #endif
  }
}

/// Why ranks cannot be joined.
package struct MPIError: Error {
  package var message: String
  package var help: String
}

#if MPI
  /// Unchecked, since the library is told by one thread at a time.
  private final class MPICommunicator: Communicator, @unchecked Sendable {
    let rank: Int
    let size: Int
    private let mpi: OpaquePointer

    init(
      library: String?, end: @escaping @Sendable (MPIRanks.End, Bool) -> Void
    ) throws(MPIError) {
      let owner = Unmanaged.passRetained(Owner(end))
      var problem = [CChar](repeating: 0, count: 512)
      let started = mrs_mpi_start(
        library,
        mrs_mpi_owner(context: owner.toOpaque()) { context, reason, rank, speaks in
          guard let context else { return }
          let owner = Unmanaged<Owner>.fromOpaque(context).takeUnretainedValue()
          owner.end(MPIRanks.End(reason, Int(rank)), speaks != 0)
        }, &problem, problem.count)
      guard let started else {
        owner.release()
        let text = problem.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        throw MPIError(
          message: String(decoding: text, as: UTF8.self),
          help: "install it on every machine, in Debian: `apt-get install openmpi-bin`")
      }
      mpi = started
      rank = Int(mrs_mpi_rank(started))
      size = Int(mrs_mpi_size(started))
    }

    private final class Owner: Sendable {
      let end: @Sendable (MPIRanks.End, Bool) -> Void

      init(_ end: @escaping @Sendable (MPIRanks.End, Bool) -> Void) { self.end = end }
    }

    func allGather(_ bytes: [UInt8], for purpose: Purpose) -> [[UInt8]] {
      var counts = [Int64](repeating: 0, count: size)
      let all = mrs_mpi_gather(mpi, purpose.rawValue, bytes, Int64(bytes.count), &counts)
      defer { mrs_mpi_release(all) }
      var place = 0
      return counts.map { count in
        defer { place += Int(count) }
        return Array(UnsafeBufferPointer(start: all.map { $0 + place }, count: Int(count)))
      }
    }

    func broadcast(_ bytes: [UInt8], for purpose: Purpose) -> [UInt8] {
      var count: Int64 = 0
      let given = mrs_mpi_broadcast(mpi, purpose.rawValue, bytes, Int64(bytes.count), &count)
      defer { mrs_mpi_release(given) }
      return Array(UnsafeBufferPointer(start: given, count: Int(count)))
    }

    func leave() { mrs_mpi_finish(mpi) }
  }

  extension MPIRanks.End {
    fileprivate init(_ reason: mrs_mpi_end, _ rank: Int) {
      self =
        switch reason {
        case MRS_MPI_SILENT: .silent(rank)
        case MRS_MPI_TERMINATED: .terminated
        case MRS_MPI_PARTED: .parted(rank)
        default: .broken
        }
    }
  }
#endif
