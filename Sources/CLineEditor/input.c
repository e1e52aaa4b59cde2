#include "editor.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/// The row of the cursor above the prompt's first, for the narrower of the old and the new width:
/// some terminals fold the line anew, others cut it; going too far up would eat foreign text.
static void on_resize(mrs_editor *editor) {
  unpaint(editor);
  int old_columns = 0;
  int row = 0;
  el_wget(editor->el, EL_GETTC, L"co", &old_columns, NULL);
  layout before = line_layout(editor, old_columns > 0 ? old_columns : 0);
  layout after = line_layout(editor, 0);
  row = before.cursor_row < after.cursor_row ? before.cursor_row : after.cursor_row;
  char up[32] = "";
  if (row > 0) snprintf(up, sizeof up, "\x1b[%dA", row);
  put(editor, up);
  put(editor, "\r\x1b[J");
  el_resize(editor->el);
  show_line_anew(editor);
}

static void on_stop(mrs_editor *editor) {
  leave_line(editor);
  if (editor->has_paste) put(editor, "\x1b[?2004l");
  el_wset(editor->el, EL_PREP_TERM, 0);
  signal_stop_now();
  el_wset(editor->el, EL_PREP_TERM, 1);
  if (editor->has_paste) put(editor, "\x1b[?2004h");
  el_resize(editor->el);
  show_line_anew(editor);
}

/// Milliseconds.
enum { NEWS_EVERY = 300 };

/// Shows above the line what the owner has to say meanwhile.
static void show_news(mrs_editor *editor) {
  char *text = editor->owner.news(editor->owner.context);
  if (!text) return;
  unpaint(editor);
  leave_line(editor);
  put(editor, text);
  free(text);
  show_line_anew(editor);
  paint(editor);
}

/// Waits for a byte or a signal. Returns 1, 0 at the end of input, or -1 when interrupted.
static int fill(mrs_editor *editor) {
  for (;;) {
    if (mrs_signals_interrupts() > 0) {
      mrs_signals_forget();
      editor->input_at = editor->input_count = 0;
      editor->is_interrupted = true;
      const LineInfoW *line = el_wline(editor->el);
      editor->had_text = line->lastchar > line->buffer;
      leave_line_saying(editor, "^C");
      errno = EINTR;
      return -1;
    }
    if (signal_take_stop()) on_stop(editor);
    if (signal_take_resize()) on_resize(editor);
    struct pollfd fds[2] = {{STDIN_FILENO, POLLIN, 0}, {signal_pipe(), POLLIN, 0}};
    bool asks = editor->owner.news && !editor->is_busy;
    int ready = poll(fds, 2, asks ? NEWS_EVERY : -1);
    if (ready < 0) {
      if (errno == EINTR) continue;
      return -1;
    }
    if (ready == 0) {
      show_news(editor);
      continue;
    }
    if (fds[1].revents & POLLIN) {
      char drained[64];
      while (read(fds[1].fd, drained, sizeof drained) > 0) {
      }
      continue;
    }
    if (!(fds[0].revents & (POLLIN | POLLHUP | POLLERR))) continue;
    ssize_t got = read(STDIN_FILENO, editor->input, INPUT_SIZE);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got <= 0) return 0;
    editor->input_at = 0;
    editor->input_count = (int)got;
    return 1;
  }
}

/// The next byte, waiting for it if `may_wait`.
static int next_byte(mrs_editor *editor, unsigned char *byte) {
  if (editor->input_at >= editor->input_count) {
    int filled = fill(editor);
    if (filled <= 0) return filled;
  }
  *byte = editor->input[editor->input_at++];
  return 1;
}

/// Whether a text follows the Escape just read; takes it if it does. What a terminal sends for one key or
/// paste comes at once, or nearly.
static bool takes_sequence(mrs_editor *editor, const char *rest) {
  const int length = (int)strlen(rest);
  int have = editor->input_count - editor->input_at;
  size_t known = (size_t)(have < length ? have : length);
  if (memcmp(editor->input + editor->input_at, rest, known) != 0) return false;
  while (have < length) {
    struct pollfd input = {STDIN_FILENO, POLLIN, 0};
    if (poll(&input, 1, 20) <= 0) return false;
    memmove(editor->input, editor->input + editor->input_at, (size_t)have);
    ssize_t got = read(STDIN_FILENO, editor->input + have, (size_t)(INPUT_SIZE - have));
    editor->input_at = 0;
    editor->input_count = have + (got > 0 ? (int)got : 0);
    if (got <= 0) return false;
    have = editor->input_count;
    if (memcmp(editor->input, rest, (size_t)(have < length ? have : length)) != 0) return false;
  }
  editor->input_at += length;
  return true;
}

/// The key that stands for what follows an Escape just read, or Escape itself. In vi's keymaps no key can
/// begin with Escape, so that arrows are given as the control keys that do the same.
static wchar_t key_behind_escape(mrs_editor *editor) {
  static const struct {
    const char *rest;
    wchar_t key;
  } keys[] = {
    {"[A", 'P' - '@'}, {"OA", 'P' - '@'}, {"[B", 'N' - '@'}, {"OB", 'N' - '@'},
    {"[C", 'F' - '@'}, {"OC", 'F' - '@'}, {"[D", 'B' - '@'}, {"OD", 'B' - '@'},
    {"[H", 'A' - '@'}, {"OH", 'A' - '@'}, {"[1~", 'A' - '@'}, {"[F", 'E' - '@'},
    {"OF", 'E' - '@'}, {"[4~", 'E' - '@'}, {"[3~", *DELETE_KEY},
  };
  struct pollfd input = {STDIN_FILENO, POLLIN, 0};
  bool is_alone = editor->input_at >= editor->input_count && poll(&input, 1, 20) <= 0;
  if (is_alone) return 0x1b;
  if (editor->has_paste && takes_sequence(editor, "[200~")) {
    editor->is_pasting = true;
    return *PASTE_KEY;
  }
  for (size_t i = 0; editor->is_vi && i < sizeof keys / sizeof *keys; i++) {
    if (takes_sequence(editor, keys[i].rest)) return keys[i].key;
  }
  return 0x1b;
}

static bool is_idle(mrs_editor *editor) {
  if (editor->input_at < editor->input_count) return false;
  int waiting = 0;
  return ioctl(STDIN_FILENO, FIONREAD, &waiting) == 0 && waiting == 0;
}

int read_char(EditLine *el, wchar_t *out) {
  mrs_editor *editor = editor_of(el);
  if (editor->initial) {
    el_winsertstr(el, editor->initial);
    free(editor->initial);
    editor->initial = NULL;
    show_line_anew(editor);
  }
  if (!editor->is_busy) {
    undo_remember(editor);
    if (is_idle(editor)) paint(editor);
  }
  for (;;) {
    unsigned char bytes[4];
    int got = next_byte(editor, bytes);
    if (got > 0) {
      int length = utf8_length(bytes[0]);
      if (length == 0) continue;
      int have = 1;
      while (have < length && (got = next_byte(editor, bytes + have)) > 0) {
        if ((bytes[have] & 0xC0) != 0x80) {
          // Not a continuation: the broken sequence is dropped and this byte begins anew.
          editor->input_at--;
          break;
        }
        have++;
      }
      if (got > 0 && have < length) continue;
      if (got > 0) {
        unpaint(editor);
        *out = (wchar_t)utf8_decode(bytes, length);
        if (*out == 0x1b && !editor->is_busy) *out = key_behind_escape(editor);
        return 1;
      }
    }
    unpaint(editor);
    if (got == 0) editor->is_ended = true;
    return got;
  }
}
