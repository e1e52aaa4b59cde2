#ifndef MPI_RANKS_H
#define MPI_RANKS_H

#include <stddef.h>
#include <stdint.h>

/// The ranks of a run that mpirun or srun has started, by Open MPI's library. That is loaded when it is asked for:
/// building needs neither the library nor its header.
typedef struct mrs_mpi mrs_mpi;

/// Why the work of the ranks cannot go on.
typedef enum {
  /// A rank has not been heard of for too long: it or the way to it is gone, or it is held.
  MRS_MPI_SILENT,
  /// The launcher ends this process, as it does when another one has died.
  MRS_MPI_TERMINATED,
  /// Ranks do different things at the same time.
  MRS_MPI_PARTED,
  /// The library failed.
  MRS_MPI_BROKEN,
} mrs_mpi_end;

/// Whoever is told, once and from any thread, that the work cannot go on. It ends the process.
typedef struct {
  void *context;
  /// `rank` is the one to blame, -1 where none is; `speaks` tells whether this one says so for all.
  void (*end)(void *context, mrs_mpi_end reason, int rank, int speaks);
} mrs_mpi_owner;

/// Joins the other ranks. Null when that cannot be, and `problem` then says why. From here on SIGTERM goes to the
/// owner. The library may be named; null takes Open MPI's.
mrs_mpi *mrs_mpi_start(const char *library, mrs_mpi_owner owner, char *problem, size_t room);

int mrs_mpi_rank(const mrs_mpi *mpi);
int mrs_mpi_size(const mrs_mpi *mpi);

/// Gathers what each rank gives. `counts` has room for a number for each rank, and gets how many bytes each gave; the
/// result holds them in the order of ranks, for the caller to release. `purpose` has to be the same for all.
uint8_t *mrs_mpi_gather(
  mrs_mpi *mpi, int64_t purpose, const uint8_t *bytes, int64_t count, int64_t *counts);

/// What rank 0 gives, for the caller to release.
uint8_t *mrs_mpi_broadcast(
  mrs_mpi *mpi, int64_t purpose, const uint8_t *bytes, int64_t count, int64_t *given);

void mrs_mpi_release(uint8_t *bytes);

/// Leaves the other ranks, when all do. Nothing may be asked of it afterwards.
void mrs_mpi_finish(mrs_mpi *mpi);

/// Sees to it that mpirun, or its daemon on this machine, ends as well, if it has started this process: where machines do
/// not answer it would wait for them. It has so many seconds to end by itself. For who ends at once after this.
void mrs_mpi_end_launcher(double patience);

#endif
