#pragma once

#include "CLineEditor.h"

#include <histedit.h>
#include <stdbool.h>
#include <wchar.h>

enum { UNDO_DEPTH = 200, INPUT_SIZE = 4096 };

/// What the keymaps see in place of the mark that begins a paste: in vi's, Escape has a meaning of its own.
#define PASTE_KEY L"\x1d"
/// What vi's keymaps see in place of the key that deletes the next character.
#define DELETE_KEY L"\x1e"

typedef struct {
  wchar_t *text;
  int count;
  int cursor;
} snapshot;

struct mrs_editor {
  EditLine *el;
  mrs_owner owner;
  char **sgr;
  int sgr_count;
  wchar_t *prompt;
  int prompt_width;
  /// The mark that begins a paste was read; what follows is the paste.
  bool is_pasting;
  /// A function of a key reads for itself: neither paint nor remember.
  bool is_busy;
  bool is_vi;
  /// Whether the terminal can mark what is pasted.
  bool has_paste;
  /// What the line holds when reading begins, until it is shown.
  wchar_t *initial;
  bool is_ended;
  bool is_interrupted;
  /// Whether there was a line to drop when it was interrupted.
  bool had_text;
  char *ghost;
  bool is_ghost_shown;
  snapshot undo[UNDO_DEPTH];
  int undo_count;
  unsigned char input[INPUT_SIZE];
  int input_at;
  int input_count;
};

/// Where the line lies on the screen, in cells from the start of its prompt.
typedef struct {
  int columns;
  int rows;
  int last_row;
  int last_column;
  int cursor_row;
  int cursor_column;
  bool is_paintable;
} layout;

// text.c
char *utf8_from_wide(const wchar_t *text, size_t count, size_t *bytes);
wchar_t *wide_from_utf8(const char *text, size_t *count);
/// Bytes of the sequence that `first` begins, 0 when it begins none.
int utf8_length(unsigned char first);
uint32_t utf8_decode(const unsigned char *bytes, int count);
/// The line up to `end` (the cursor or the end) as UTF-8.
char *line_text(mrs_editor *editor, size_t *bytes, size_t *cursor);
void line_replace(mrs_editor *editor, const wchar_t *text);

// paint.c
layout line_layout(mrs_editor *editor, int columns);
void paint(mrs_editor *editor);
void unpaint(mrs_editor *editor);
/// Puts the cursor below the last row of the line.
void leave_line(mrs_editor *editor);
/// The same, with a few characters behind the line.
void leave_line_saying(mrs_editor *editor, const char *last);
void show_line_anew(mrs_editor *editor);
void put(mrs_editor *editor, const char *text);

// input.c
int read_char(EditLine *el, wchar_t *out);

// keys.c
void bind_keys(mrs_editor *editor);
void undo_remember(mrs_editor *editor);
void undo_forget(mrs_editor *editor);
mrs_editor *editor_of(EditLine *el);

// signals.c
int signal_pipe(void);
bool signal_take_resize(void);
bool signal_take_stop(void);
void signal_at_prompt(bool at_prompt);
void signal_stop_now(void);
