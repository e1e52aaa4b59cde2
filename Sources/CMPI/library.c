// RTLD_GLOBAL
#define _GNU_SOURCE

#include "library.h"

#include <dlfcn.h>
#include <stdio.h>

bool mpi_library_open(mpi_library *library, const char *path, char *problem, size_t room) {
  // Open MPI loads parts of itself later, which look for it among what everybody sees.
  const char *usual[] = {"libmpi.so.40", "libmpi.so"};
  void *handle = NULL;
  for (int i = 0; !handle && i < (path ? 1 : 2); i++) {
    handle = dlopen(path ? path : usual[i], RTLD_NOW | RTLD_GLOBAL);
  }
  if (!handle) {
    snprintf(problem, room, "Open MPI's library %s cannot be loaded", path ? path : usual[0]);
    return false;
  }
  const struct {
    void *place;
    const char *name;
  } symbols[] = {
    {&library->world, "ompi_mpi_comm_world"},
    {&library->byte, "ompi_mpi_byte"},
    {&library->errors_return, "ompi_mpi_errors_return"},
    {&library->Init_thread, "MPI_Init_thread"},
    {&library->Finalize, "MPI_Finalize"},
    {&library->Comm_dup, "MPI_Comm_dup"},
    {&library->Comm_rank, "MPI_Comm_rank"},
    {&library->Comm_size, "MPI_Comm_size"},
    {&library->Comm_set_errhandler, "MPI_Comm_set_errhandler"},
    {&library->Iallgather, "MPI_Iallgather"},
    {&library->Iallgatherv, "MPI_Iallgatherv"},
    {&library->Ibcast, "MPI_Ibcast"},
    {&library->Isend, "MPI_Isend"},
    {&library->Recv, "MPI_Recv"},
    {&library->Iprobe, "MPI_Iprobe"},
    {&library->Test, "MPI_Test"},
  };
  for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++) {
    void *found = dlsym(handle, symbols[i].name);
    if (!found) {
      snprintf(problem, room, "the library %s is not Open MPI's: it has no %s",
        path ? path : "libmpi.so", symbols[i].name);
      return false;
    }
    *(void **)symbols[i].place = found;
  }
  return true;
}
