#pragma once

#include <stddef.h>
#include <stdint.h>

/// A line editor over libedit. libedit's own calls are variadic, which Swift cannot call; its signal
/// handling, its history file and its reading of pipes are never used.
typedef struct mrs_editor mrs_editor;

/// A change of the line and a text to show below it; both may be null. The editor frees them.
typedef struct {
  size_t start;
  size_t end;
  char *insertion;
  char *listing;
} mrs_edit;

/// What the editor asks of its owner. Texts are UTF-8, offsets count bytes; what a function returns
/// is from malloc and is freed by the editor.
typedef struct {
  void *context;
  /// Whether Enter must start another line because the text goes on.
  int (*goes_on)(void *context, const char *text);
  /// Writes for each byte the number of the ink it is shown in; 0 is the terminal's own.
  void (*style)(void *context, const char *text, size_t count, uint8_t *inks);
  /// What might follow the text, shown faintly, or null.
  char *(*ghost)(void *context, const char *text);
  /// Tab.
  mrs_edit (*complete)(void *context, const char *text, size_t cursor);
  /// `?`: what can stand at the cursor, or null where `?` is a character like others.
  char *(*explain)(void *context, const char *text, size_t cursor);
  /// The text that is `direction` steps later (or, negative, earlier) in the history, or null.
  char *(*recall)(void *context, const char *text, int direction);
  /// Ctrl-R: another line chosen from the history, or null to leave the line as it is.
  char *(*pick)(void *context, mrs_editor *editor, const char *text);
  /// What a pasted text becomes.
  char *(*pasted)(void *context, const char *text);
  /// Ctrl-X Ctrl-E: the line edited elsewhere, or null.
  char *(*edit)(void *context, const char *text);
  /// A text to show above the line while nothing is typed, or null; asked for now and then if given.
  char *(*news)(void *context);
} mrs_owner;

/// Ctrl-C on a line with something on it is MRS_LINE_DROPPED, on an empty one MRS_INTERRUPTED.
typedef enum { MRS_LINE, MRS_LINE_DROPPED, MRS_INTERRUPTED, MRS_END, MRS_FAILED } mrs_outcome;

/// Opens an editor on the terminal of standard input and output, or returns null.
/// `sgr` holds `sgr_count` parameters of SGR sequences, one for each ink; without any, the line is
/// shown as libedit alone shows it.
mrs_editor *mrs_editor_open(mrs_owner owner, const char *const *sgr, int sgr_count);
void mrs_editor_close(mrs_editor *editor);
/// Reads one line. Escape sequences in `prompt` stand between two bytes of value 1. On MRS_LINE
/// `*line` is a text that the caller frees.
mrs_outcome mrs_editor_read(
    mrs_editor *editor, const char *prompt, const char *initial, char **line);
/// The next character typed, for a picker that draws for itself; -1 on interruption, 0 at the end.
int32_t mrs_editor_key(mrs_editor *editor);
/// Writes below the line; the line is shown anew afterwards.
void mrs_editor_say(mrs_editor *editor, const char *text);

/// Uses the UTF-8 of the environment, or C.UTF-8 where the environment names none.
void mrs_locale_start(void);

/// Takes over SIGINT, SIGTSTP, SIGWINCH and the signals that end a process, each of which leaves the
/// terminal as it was. `ends_on_second` makes a second SIGINT end the process.
void mrs_signals_start(int ends_on_second);
/// How often Ctrl-C was pressed since the last `mrs_signals_forget`. Safe from any thread.
int mrs_signals_interrupts(void);
void mrs_signals_forget(void);

/// While a command runs, what is typed is kept but not shown.
void mrs_terminal_hush(int on);
/// Waits until standard input has something: 1, or -1 when Ctrl-C came first.
int mrs_terminal_wait(void);
/// The size of the terminal behind a file descriptor; 0 when there is none that says so.
int mrs_terminal_size(int fd, int *columns, int *rows);
