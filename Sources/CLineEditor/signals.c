// pipe2
#define _GNU_SOURCE

#include "CLineEditor.h"
#include "editor.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

static atomic_int interrupts;
static atomic_bool is_resized;
static atomic_bool is_stopping;
static atomic_bool is_at_prompt;
static atomic_bool is_hushed;
static atomic_bool second_ends;
static int wake_pipe[2] = {-1, -1};
static struct termios original;
static bool has_original;

void mrs_locale_start(void) {
  setlocale(LC_CTYPE, "");
  if (MB_CUR_MAX == 1 || strcmp(nl_langinfo(CODESET), "UTF-8") != 0) {
    setlocale(LC_CTYPE, "C.UTF-8");
  }
}

static void wake(void) {
  int kept = errno;
  if (wake_pipe[1] >= 0 && write(wake_pipe[1], "!", 1) < 0) { /* full: already awake */
  }
  errno = kept;
}

/// Everything here may be called from a signal handler.
static void restore_terminal(void) {
  if (!has_original) return;
  tcsetattr(STDIN_FILENO, TCSANOW, &original);
  if (atomic_load(&is_at_prompt) && write(STDOUT_FILENO, "\x1b[?2004l\x1b[0m\x1b[?25h\r\n", 20) < 0) {
  }
}

static void end_by(int number) {
  restore_terminal();
  signal(number, SIG_DFL);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, number);
  raise(number);
  pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

static void on_interrupt(int number) {
  int before = atomic_fetch_add(&interrupts, 1);
  if (before > 0 && atomic_load(&second_ends)) end_by(number);
  wake();
}

static void on_resize(int number) {
  (void)number;
  atomic_store(&is_resized, true);
  wake();
}

static void hush_now(bool on) {
  struct termios now;
  if (tcgetattr(STDIN_FILENO, &now) != 0) return;
  if (on) {
    now.c_lflag &= ~(tcflag_t)ECHO;
  } else {
    now.c_lflag |= ECHO;
  }
  tcsetattr(STDIN_FILENO, TCSANOW, &now);
}

static void catch_stop(void);

/// Stops the process as Ctrl-Z would without us, and comes back when it goes on.
void signal_stop_now(void) {
  bool was_hushed = atomic_load(&is_hushed);
  if (was_hushed) hush_now(false);
  signal(SIGTSTP, SIG_DFL);
  sigset_t set;
  sigset_t before;
  sigemptyset(&set);
  sigaddset(&set, SIGTSTP);
  raise(SIGTSTP);
  pthread_sigmask(SIG_UNBLOCK, &set, &before);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  catch_stop();
  if (was_hushed) hush_now(true);
}

static void on_stop(int number) {
  (void)number;
  int kept = errno;
  if (atomic_load(&is_at_prompt)) {
    atomic_store(&is_stopping, true);
    wake();
  } else {
    signal_stop_now();
  }
  errno = kept;
}

static void catch_signal(int number, void (*handler)(int), int flags) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  if (sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN) return;
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  action.sa_flags = flags;
  sigaction(number, &action, NULL);
}

static void catch_stop(void) { catch_signal(SIGTSTP, on_stop, SA_RESTART); }

void mrs_signals_start(int ends_on_second) {
  atomic_store(&second_ends, ends_on_second != 0);
  if (wake_pipe[0] >= 0) return;
  if (pipe2(wake_pipe, O_CLOEXEC | O_NONBLOCK) != 0) return;
  has_original = tcgetattr(STDIN_FILENO, &original) == 0;
  catch_signal(SIGINT, on_interrupt, SA_RESTART);
  if (!has_original) return;
  catch_signal(SIGWINCH, on_resize, SA_RESTART);
  catch_stop();
  catch_signal(SIGTERM, end_by, 0);
  catch_signal(SIGHUP, end_by, 0);
  catch_signal(SIGQUIT, end_by, 0);
}

int mrs_signals_interrupts(void) { return atomic_load(&interrupts); }
void mrs_signals_forget(void) { atomic_store(&interrupts, 0); }

int signal_pipe(void) { return wake_pipe[0]; }
bool signal_take_resize(void) { return atomic_exchange(&is_resized, false); }
bool signal_take_stop(void) { return atomic_exchange(&is_stopping, false); }
void signal_at_prompt(bool at_prompt) { atomic_store(&is_at_prompt, at_prompt); }

void mrs_terminal_hush(int on) {
  if (!has_original || atomic_exchange(&is_hushed, on != 0) == (on != 0)) return;
  hush_now(on != 0);
}

int mrs_terminal_wait(void) {
  for (;;) {
    if (atomic_exchange(&interrupts, 0) > 0) return -1;
    struct pollfd fds[2] = {{STDIN_FILENO, POLLIN, 0}, {wake_pipe[0], POLLIN, 0}};
    if (poll(fds, 2, -1) < 0 && errno != EINTR) return 1;
    char drained[64];
    if (fds[1].revents & POLLIN) {
      while (read(wake_pipe[0], drained, sizeof drained) > 0) {
      }
    } else if (fds[0].revents) {
      return 1;
    }
  }
}

int mrs_terminal_size(int fd, int *columns, int *rows) {
  struct winsize size;
  if (ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return 0;
  *columns = size.ws_col;
  *rows = size.ws_row;
  return 1;
}
