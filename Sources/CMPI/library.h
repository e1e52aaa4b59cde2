#ifndef LIBRARY_H
#define LIBRARY_H

#include <stdbool.h>
#include <stddef.h>

/// The functions of Open MPI that are used, by their names without `MPI_`, with its handles as the pointers that they
/// are there. MPICH's are numbers: its library is not taken.
typedef struct {
  void *world;
  void *byte;
  void *errors_return;
  int (*Init_thread)(int *, char ***, int, int *);
  int (*Finalize)(void);
  int (*Comm_dup)(void *, void **);
  int (*Comm_rank)(void *, int *);
  int (*Comm_size)(void *, int *);
  int (*Comm_set_errhandler)(void *, void *);
  int (*Iallgather)(const void *, int, void *, void *, int, void *, void *, void **);
  int (*Iallgatherv)(
    const void *, int, void *, void *, const int *, const int *, void *, void *, void **);
  int (*Ibcast)(void *, int, void *, int, void *, void **);
  int (*Isend)(const void *, int, void *, int, int, void *, void **);
  int (*Recv)(void *, int, void *, int, int, void *, void *);
  int (*Iprobe)(int, int, void *, int *, void *);
  int (*Test)(void **, int *, void *);
} mpi_library;

/// Values of Open MPI's header.
enum { MPI_ANY_SOURCE = -1, MPI_THREAD_SERIALIZED = 2 };

/// As large as any status, whose first number is the source of a message.
typedef struct {
  int source;
  char rest[60];
} mpi_status;

/// Loads the library; false when it cannot, and `problem` then says why.
bool mpi_library_open(mpi_library *library, const char *path, char *problem, size_t room);

#endif
