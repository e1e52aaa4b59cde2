// close_range
#define _GNU_SOURCE

#include "mpi_ranks.h"

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static void wait_for(double seconds) {
  struct timespec time = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
  nanosleep(&time, NULL);
}

/// Whether a process is mpirun under one of its names, or what it has started on another machine.
static bool is_launcher(pid_t process) {
  char path[64];
  char name[32] = "";
  snprintf(path, sizeof path, "/proc/%d/comm", (int)process);
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  ssize_t count = read(file, name, sizeof name - 1);
  close(file);
  if (count > 0) name[count - 1] = '\0';
  const char *names[] = {"mpirun", "mpiexec", "orterun", "prterun", "orted", "prted"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    if (strcmp(name, names[i]) == 0) return true;
  }
  return false;
}

void mrs_mpi_end_launcher(double patience) {
  pid_t launcher = getppid();
  if (!is_launcher(launcher) || fork() != 0) return;
  // On its own, with nothing open that the launcher would wait for.
  setsid();
  close_range(0, ~0U, 0);
  for (double waited = 0; waited < patience; waited += 0.1) {
    wait_for(0.1);
    if (!is_launcher(launcher)) _exit(0);
  }
  // Told to end, it would wait on for machines that do not answer, or try to tell them.
  if (is_launcher(launcher)) kill(launcher, SIGKILL);
  _exit(0);
}
