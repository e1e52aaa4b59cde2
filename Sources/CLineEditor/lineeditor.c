// wcwidth
#define _GNU_SOURCE

#include "editor.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

mrs_editor *editor_of(EditLine *el) {
  void *data = NULL;
  el_wget(el, EL_CLIENTDATA, &data);
  return data;
}

static wchar_t *prompt_of(EditLine *el) { return editor_of(el)->prompt; }

/// Cells that a prompt takes; what stands between two bytes of value 1 takes none.
static int width_of(const wchar_t *prompt) {
  int width = 0;
  bool is_hidden = false;
  for (; *prompt; prompt++) {
    if (*prompt == 1) {
      is_hidden = !is_hidden;
    } else if (!is_hidden) {
      int cells = wcwidth(*prompt);
      width += cells > 0 ? cells : 0;
    }
  }
  return width;
}

static void copy_inks(mrs_editor *editor, const char *const *sgr, int count) {
  if (count == 0) return;
  editor->sgr = calloc((size_t)count, sizeof *editor->sgr);
  for (int i = 0; editor->sgr && i < count; i++) editor->sgr[i] = strdup(sgr[i]);
  editor->sgr_count = editor->sgr ? count : 0;
}

mrs_editor *mrs_editor_open(mrs_owner owner, const char *const *sgr, int sgr_count) {
  mrs_editor *editor = calloc(1, sizeof *editor);
  if (!editor) return NULL;
  editor->owner = owner;
  editor->el = el_init("mrs", stdin, stdout, stderr);
  if (!editor->el) {
    free(editor);
    return NULL;
  }
  copy_inks(editor, sgr, sgr_count);
  el_wset(editor->el, EL_CLIENTDATA, editor);
  // The default is vi; the user's own ~/.editrc has the last word.
  el_wset(editor->el, EL_EDITOR, L"emacs");
  el_source(editor->el, NULL);
  const wchar_t *mode = NULL;
  el_wget(editor->el, EL_EDITOR, &mode);
  editor->is_vi = mode && wcscmp(mode, L"vi") == 0;
  const char *terminal = getenv("TERM");
  editor->has_paste = terminal && strcmp(terminal, "dumb") != 0;
  // Inserting and deleting cells in place loses count of wide characters in wrapped lines; without
  // these abilities libedit writes the rest of the row again.
  static const wchar_t *const abilities[] = {L"ic", L"IC", L"im", L"dc", L"DC", L"dm"};
  for (size_t i = 0; i < sizeof abilities / sizeof *abilities; i++) {
    el_wset(editor->el, EL_SETTC, abilities[i], L"", NULL);
  }
  bind_keys(editor);
  el_wset(editor->el, EL_PROMPT_ESC, prompt_of, 1);
  el_wset(editor->el, EL_GETCFN, read_char);
  return editor;
}

void mrs_editor_close(mrs_editor *editor) {
  if (!editor) return;
  el_end(editor->el);
  undo_forget(editor);
  for (int i = 0; i < editor->sgr_count; i++) free(editor->sgr[i]);
  free(editor->sgr);
  free(editor->prompt);
  free(editor->initial);
  free(editor->ghost);
  free(editor);
}

mrs_outcome mrs_editor_read(
    mrs_editor *editor, const char *prompt, const char *initial, char **line) {
  *line = NULL;
  free(editor->prompt);
  editor->prompt = wide_from_utf8(prompt, NULL);
  if (!editor->prompt) return MRS_FAILED;
  editor->prompt_width = width_of(editor->prompt);
  editor->is_ended = editor->is_interrupted = false;
  undo_forget(editor);
  signal_take_stop();
  if (signal_take_resize()) el_resize(editor->el);
  if (editor->has_paste) put(editor, "\x1b[?2004h");
  signal_at_prompt(true);
  free(editor->initial);
  editor->initial = *initial ? wide_from_utf8(initial, NULL) : NULL;
  int count = 0;
  const wchar_t *read = el_wgets(editor->el, &count);
  signal_at_prompt(false);
  if (editor->has_paste) put(editor, "\x1b[?2004l");
  if (editor->is_interrupted) return editor->had_text ? MRS_LINE_DROPPED : MRS_INTERRUPTED;
  if (!read || count <= 0) {
    return editor->is_ended || !read ? MRS_END : MRS_FAILED;
  }
  size_t length = (size_t)count;
  if (length > 0 && read[length - 1] == L'\n') length--;
  *line = utf8_from_wide(read, length, NULL);
  return *line ? MRS_LINE : MRS_FAILED;
}

int32_t mrs_editor_key(mrs_editor *editor) {
  wchar_t key = 0;
  int got = el_wgetc(editor->el, &key);
  return got == 1 ? (int32_t)key : got < 0 ? -1 : 0;
}

void mrs_editor_say(mrs_editor *editor, const char *text) {
  leave_line(editor);
  put(editor, text);
  show_line_anew(editor);
}
