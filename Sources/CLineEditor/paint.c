// wcwidth
#define _GNU_SOURCE

#include "editor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wctype.h>

/// Text that grows while it is made.
typedef struct {
  char *bytes;
  size_t count;
  size_t room;
} output;

static void add(output *out, const char *bytes, size_t count) {
  if (out->count + count + 1 > out->room) {
    size_t room = (out->count + count + 1) * 2;
    char *grown = realloc(out->bytes, room);
    if (!grown) return;
    out->bytes = grown;
    out->room = room;
  }
  memcpy(out->bytes + out->count, bytes, count);
  out->count += count;
  out->bytes[out->count] = '\0';
}

static void add_text(output *out, const char *text) { add(out, text, strlen(text)); }

static void add_move(output *out, int count, char direction) {
  if (count <= 0) return;
  char move[32];
  int length = snprintf(move, sizeof move, "\x1b[%d%c", count, direction);
  add(out, move, (size_t)length);
}

static void add_ink(output *out, const mrs_editor *editor, int ink) {
  add_text(out, "\x1b[0");
  if (ink > 0 && ink < editor->sgr_count && *editor->sgr[ink]) {
    add_text(out, ";");
    add_text(out, editor->sgr[ink]);
  }
  add_text(out, "m");
}

static FILE *screen(mrs_editor *editor) {
  FILE *file = NULL;
  el_get(editor->el, EL_GETFP, 1, &file);
  return file ? file : stdout;
}

void put(mrs_editor *editor, const char *text) {
  FILE *file = screen(editor);
  fputs(text, file);
  fflush(file);
}

/// Puts one character behind `row` and `column` as libedit does: a wide character that does not fit
/// into the row goes to the next one.
static int advance(wchar_t c, int columns, int *row, int *column) {
  if (c == L'\n') {
    (*row)++;
    *column = 0;
    return 0;
  }
  int width = wcwidth(c);
  if (width < 0) return -1;
  int gap = *column + width > columns ? columns - *column : 0;
  if (gap > 0) {
    (*row)++;
    *column = 0;
  }
  *column += width;
  if (*column >= columns) {
    (*row)++;
    *column = 0;
  }
  return gap;
}

layout line_layout(mrs_editor *editor, int columns) {
  int rows = 24;
  int seen = 80;
  mrs_terminal_size(1, &seen, &rows);
  if (columns <= 0) columns = seen;
  layout result = {columns, rows, 0, 0, 0, 0, true};
  const LineInfoW *line = el_wline(editor->el);
  int row = editor->prompt_width / columns;
  int column = editor->prompt_width % columns;
  for (const wchar_t *at = line->buffer; at < line->lastchar; at++) {
    if (at == line->cursor) {
      result.cursor_row = row;
      result.cursor_column = column;
    }
    if (advance(*at, columns, &row, &column) < 0) result.is_paintable = false;
  }
  result.last_row = row;
  result.last_column = column;
  if (line->cursor == line->lastchar) {
    result.cursor_row = row;
    result.cursor_column = column;
  }
  if (row >= rows - 2) result.is_paintable = false;
  return result;
}

/// The line's characters in their inks, row by row, each row placed by its own moves: a line feed at
/// the bottom would scroll.
static void add_line(output *out, mrs_editor *editor, int columns, const uint8_t *inks) {
  const LineInfoW *line = el_wline(editor->el);
  int row = editor->prompt_width / columns;
  int column = editor->prompt_width % columns;
  int shown_row = row;
  int ink = 0;
  for (const wchar_t *at = line->buffer; at < line->lastchar; at++) {
    size_t bytes = 0;
    char *text = utf8_from_wide(at, 1, &bytes);
    int before = row;
    int gap = advance(*at, columns, &row, &column);
    if (gap > 0) add_text(out, " ");
    if (*at != L'\n') {
      int wanted_row = gap > 0 ? before + 1 : before;
      if (wanted_row != shown_row) {
        add_move(out, wanted_row - shown_row, 'B');
        add_text(out, "\r");
        shown_row = wanted_row;
      }
      if (*inks != ink) add_ink(out, editor, ink = *inks);
      if (text) add(out, text, bytes);
    }
    inks += bytes;
    free(text);
  }
  if (ink) add_ink(out, editor, 0);
}

/// The ghost clipped to the rest of the cursor's row: one that wrapped at the bottom would scroll.
static bool add_ghost(output *out, mrs_editor *editor, const layout *place) {
  int room = place->columns - place->cursor_column - 1;
  size_t count = 0;
  wchar_t *ghost = wide_from_utf8(editor->ghost, &count);
  bool is_any = false;
  for (size_t i = 0; ghost && i < count; i++) {
    int width = wcwidth(ghost[i]);
    if (width < 0 || width > room) break;
    room -= width;
    if (!is_any) add_text(out, "\x1b[2m");
    is_any = true;
    size_t bytes = 0;
    char *text = utf8_from_wide(ghost + i, 1, &bytes);
    if (text) add(out, text, bytes);
    free(text);
  }
  if (is_any) add_text(out, "\x1b[0m");
  free(ghost);
  return is_any;
}

void paint(mrs_editor *editor) {
  free(editor->ghost);
  editor->ghost = NULL;
  if (editor->sgr_count == 0) return;
  layout place = line_layout(editor, 0);
  if (!place.is_paintable || place.rows < 4 || place.columns < 10) return;
  size_t count = 0;
  char *text = line_text(editor, &count, NULL);
  uint8_t *inks = calloc(count + 1, 1);
  if (text && inks) {
    const LineInfoW *line = el_wline(editor->el);
    editor->owner.style(editor->owner.context, text, count, inks);
    if (line->cursor == line->lastchar) {
      editor->ghost = editor->owner.ghost(editor->owner.context, text);
    }
    output out = {NULL, 0, 0};
    // Hide the cursor, save its place, and go to where the line begins.
    add_text(&out, "\x1b[?25l\x1b" "7");
    add_move(&out, place.cursor_row - editor->prompt_width / place.columns, 'A');
    add_text(&out, "\r");
    add_move(&out, editor->prompt_width % place.columns, 'C');
    add_line(&out, editor, place.columns, inks);
    add_text(&out, "\x1b" "8");
    if (editor->ghost) {
      // Some terminals forget the saved place once it is restored.
      add_text(&out, "\x1b" "7");
      editor->is_ghost_shown = add_ghost(&out, editor, &place);
      add_text(&out, "\x1b" "8");
    }
    add_text(&out, "\x1b[?25h");
    if (out.bytes) put(editor, out.bytes);
    free(out.bytes);
  }
  free(inks);
  free(text);
}

void unpaint(mrs_editor *editor) {
  if (editor->is_ghost_shown) put(editor, "\x1b[K");
  editor->is_ghost_shown = false;
}

void leave_line_saying(mrs_editor *editor, const char *last) {
  unpaint(editor);
  layout place = line_layout(editor, 0);
  output out = {NULL, 0, 0};
  add_move(&out, place.last_row - place.cursor_row, 'B');
  add_text(&out, "\r");
  add_move(&out, place.last_column, 'C');
  add_text(&out, last);
  add_text(&out, "\r\n");
  if (out.bytes) put(editor, out.bytes);
  free(out.bytes);
}

void leave_line(mrs_editor *editor) { leave_line_saying(editor, ""); }

void show_line_anew(mrs_editor *editor) { el_wset(editor->el, EL_REFRESH); }
