#include "editor.h"

#include <stdlib.h>
#include <string.h>

static unsigned char refresh_with(mrs_editor *editor, char *text) {
  if (!text) return CC_REFRESH_BEEP;
  wchar_t *wide = wide_from_utf8(text, NULL);
  if (wide) line_replace(editor, wide);
  free(wide);
  free(text);
  return CC_REFRESH;
}

static unsigned char on_enter(EditLine *el, int key) {
  (void)key;
  mrs_editor *editor = editor_of(el);
  char *text = line_text(editor, NULL, NULL);
  int goes_on = text && editor->owner.goes_on(editor->owner.context, text);
  free(text);
  if (goes_on) {
    el_winsertstr(el, L"\n");
    return CC_REFRESH;
  }
  const LineInfoW *line = el_wline(el);
  el_cursor(el, (int)(line->lastchar - line->cursor));
  // A key of our own, bound to the function that ends a line and leaves its last row.
  el_wpush(el, L"\x1c");
  return CC_REFRESH;
}

static unsigned char on_new_line(EditLine *el, int key) {
  (void)key;
  el_winsertstr(el, L"\n");
  return CC_REFRESH;
}

static unsigned char on_end_key(EditLine *el, int key) {
  (void)key;
  mrs_editor *editor = editor_of(el);
  const LineInfoW *line = el_wline(el);
  if (line->lastchar == line->buffer) {
    editor->is_ended = true;
    return CC_EOF;
  }
  if (line->cursor == line->lastchar) return CC_REFRESH_BEEP;
  el_cursor(el, 1);
  el_wdeletestr(el, 1);
  return CC_REFRESH;
}

static unsigned char on_tab(EditLine *el, int key) {
  (void)key;
  mrs_editor *editor = editor_of(el);
  size_t cursor = 0;
  char *text = line_text(editor, NULL, &cursor);
  if (!text) return CC_ERROR;
  mrs_edit edit = editor->owner.complete(editor->owner.context, text, cursor);
  unsigned char result = CC_REFRESH;
  if (edit.insertion && edit.start <= edit.end && edit.end <= strlen(text)) {
    size_t length = strlen(text) + strlen(edit.insertion) - (edit.end - edit.start);
    char *changed = malloc(length + 1);
    if (changed) {
      memcpy(changed, text, edit.start);
      strcpy(changed + edit.start, edit.insertion);
      strcat(changed, text + edit.end);
      size_t tail = 0;
      free(wide_from_utf8(text + edit.end, &tail));
      result = refresh_with(editor, changed);
      el_cursor(el, -(int)tail);
    }
  } else if (!edit.listing) {
    result = CC_REFRESH_BEEP;
  }
  if (edit.listing) {
    mrs_editor_say(editor, edit.listing);
    result = CC_NORM;
  }
  free(edit.insertion);
  free(edit.listing);
  free(text);
  return result;
}

static unsigned char on_question(EditLine *el, int key) {
  mrs_editor *editor = editor_of(el);
  size_t cursor = 0;
  char *text = line_text(editor, NULL, &cursor);
  char *listing = text ? editor->owner.explain(editor->owner.context, text, cursor) : NULL;
  free(text);
  if (listing) {
    mrs_editor_say(editor, listing);
    free(listing);
    return CC_NORM;
  }
  wchar_t typed[2] = {(wchar_t)key, L'\0'};
  el_winsertstr(el, typed);
  return CC_REFRESH;
}

/// The start of the logical line that `at` lies in.
static const wchar_t *line_start(const LineInfoW *line, const wchar_t *at) {
  while (at > line->buffer && at[-1] != L'\n') at--;
  return at;
}

static unsigned char move_or_recall(EditLine *el, int direction) {
  mrs_editor *editor = editor_of(el);
  const LineInfoW *line = el_wline(el);
  const wchar_t *start = line_start(line, line->cursor);
  long column = line->cursor - start;
  const wchar_t *goal = NULL;
  if (direction < 0 && start > line->buffer) goal = line_start(line, start - 1);
  if (direction > 0) {
    const wchar_t *end = line->cursor;
    while (end < line->lastchar && *end != L'\n') end++;
    if (end < line->lastchar) goal = end + 1;
  }
  if (!goal) {
    char *text = line_text(editor, NULL, NULL);
    char *other = text ? editor->owner.recall(editor->owner.context, text, direction) : NULL;
    free(text);
    return refresh_with(editor, other);
  }
  while (column-- > 0 && goal < line->lastchar && *goal != L'\n') goal++;
  el_cursor(el, (int)(goal - line->cursor));
  return CC_CURSOR;
}

static unsigned char on_up(EditLine *el, int key) {
  (void)key;
  return move_or_recall(el, -1);
}

static unsigned char on_down(EditLine *el, int key) {
  (void)key;
  return move_or_recall(el, 1);
}

static unsigned char on_right(EditLine *el, int key) {
  (void)key;
  mrs_editor *editor = editor_of(el);
  const LineInfoW *line = el_wline(el);
  if (line->cursor < line->lastchar) {
    el_cursor(el, 1);
    return CC_CURSOR;
  }
  wchar_t *ghost = editor->ghost ? wide_from_utf8(editor->ghost, NULL) : NULL;
  if (ghost && *ghost) el_winsertstr(el, ghost);
  free(ghost);
  return CC_REFRESH;
}

/// Behind the last character: vi's own function stops before it, even where text is typed.
static unsigned char on_last(EditLine *el, int key) {
  (void)key;
  const LineInfoW *line = el_wline(el);
  el_cursor(el, (int)(line->lastchar - line->cursor));
  return CC_CURSOR;
}

/// Collects what stands between the marks of a bracketed paste; null when it was interrupted.
static wchar_t *read_paste(EditLine *el) {
  static const wchar_t mark[] = L"\x1b[201~";
  const size_t marked = sizeof mark / sizeof *mark - 1;
  size_t count = 0;
  size_t room = 1024;
  wchar_t *text = malloc(room * sizeof *text);
  wchar_t c = L'\0';
  while (text && el_wgetc(el, &c) == 1) {
    if (count + 1 >= room) {
      wchar_t *grown = realloc(text, (room *= 2) * sizeof *text);
      if (!grown) break;
      text = grown;
    }
    text[count++] = c;
    if (count >= marked && wmemcmp(text + count - marked, mark, marked) == 0) {
      text[count - marked] = L'\0';
      return text;
    }
  }
  free(text);
  return NULL;
}

/// The paste with line ends as line feeds. The terminal driver swaps them under libedit: a return
/// arrives as a line feed and the other way round.
static void clean_paste(wchar_t *text) {
  wchar_t *to = text;
  for (const wchar_t *from = text; *from; from++) {
    wchar_t c = *from;
    if (c == L'\n' && from[1] == L'\r') continue;
    if (c == L'\r') c = L'\n';
    if (c == L'\t') c = L' ';
    if (c != L'\n' && (c < 32 || c == 127)) continue;
    *to++ = c;
  }
  *to = L'\0';
}

static unsigned char on_paste(EditLine *el, int key) {
  (void)key;
  mrs_editor *editor = editor_of(el);
  if (!editor->is_pasting) return CC_REFRESH_BEEP;
  editor->is_pasting = false;
  editor->is_busy = true;
  wchar_t *pasted = read_paste(el);
  editor->is_busy = false;
  if (!pasted) return editor->is_ended || editor->is_interrupted ? CC_EOF : CC_REFRESH;
  clean_paste(pasted);
  char *text = utf8_from_wide(pasted, wcslen(pasted), NULL);
  free(pasted);
  char *kept = text ? editor->owner.pasted(editor->owner.context, text) : NULL;
  wchar_t *wide = kept ? wide_from_utf8(kept, NULL) : NULL;
  if (wide && *wide) el_winsertstr(el, wide);
  free(wide);
  free(kept);
  free(text);
  return CC_REFRESH;
}

static unsigned char on_pick(EditLine *el, int key) {
  (void)key;
  mrs_editor *editor = editor_of(el);
  char *text = line_text(editor, NULL, NULL);
  editor->is_busy = true;
  char *chosen = text ? editor->owner.pick(editor->owner.context, editor, text) : NULL;
  editor->is_busy = false;
  free(text);
  if (editor->is_ended || editor->is_interrupted) return CC_EOF;
  if (chosen) refresh_with(editor, chosen);
  show_line_anew(editor);
  return CC_NORM;
}

static unsigned char on_edit(EditLine *el, int key) {
  (void)key;
  mrs_editor *editor = editor_of(el);
  char *text = line_text(editor, NULL, NULL);
  leave_line(editor);
  el_wset(el, EL_PREP_TERM, 0);
  char *edited = text ? editor->owner.edit(editor->owner.context, text) : NULL;
  el_wset(el, EL_PREP_TERM, 1);
  // Ctrl-C in the other editor was not meant for us.
  mrs_signals_forget();
  free(text);
  if (edited) refresh_with(editor, edited);
  show_line_anew(editor);
  return CC_NORM;
}

void undo_forget(mrs_editor *editor) {
  while (editor->undo_count > 0) free(editor->undo[--editor->undo_count].text);
}

void undo_remember(mrs_editor *editor) {
  const LineInfoW *line = el_wline(editor->el);
  int count = (int)(line->lastchar - line->buffer);
  int cursor = (int)(line->cursor - line->buffer);
  snapshot *top = editor->undo_count > 0 ? &editor->undo[editor->undo_count - 1] : NULL;
  bool is_longer = false;
  if (top) {
    size_t shared = (size_t)(top->count < count ? top->count : count);
    bool is_same_start = wmemcmp(top->text, line->buffer, shared) == 0;
    if (is_same_start && top->count == count) return;
    // A word typed at the end is one step, not one for each letter.
    is_longer = is_same_start && count == top->count + 1 && cursor == count && count > 1
      && editor->undo_count > 1 && line->buffer[count - 1] != L' ';
  }
  wchar_t *copy = malloc(((size_t)count + 1) * sizeof *copy);
  if (!copy) return;
  wmemcpy(copy, line->buffer, (size_t)count);
  copy[count] = L'\0';
  if (is_longer) {
    free(editor->undo[--editor->undo_count].text);
  } else if (editor->undo_count == UNDO_DEPTH) {
    free(editor->undo[0].text);
    memmove(editor->undo, editor->undo + 1, (UNDO_DEPTH - 1) * sizeof *editor->undo);
    editor->undo_count--;
  }
  editor->undo[editor->undo_count++] = (snapshot){copy, count, cursor};
}

static unsigned char on_undo(EditLine *el, int key) {
  (void)key;
  mrs_editor *editor = editor_of(el);
  if (editor->undo_count < 2) return CC_REFRESH_BEEP;
  free(editor->undo[--editor->undo_count].text);
  snapshot *now = &editor->undo[editor->undo_count - 1];
  line_replace(editor, now->text);
  el_cursor(el, now->cursor - now->count);
  return CC_REFRESH;
}

static void bind_key(EditLine *el, const wchar_t *key, const wchar_t *function) {
  el_wset(el, EL_BIND, key, function, NULL);
}

/// The same where vi takes keys for commands.
static void bind_vi_command(EditLine *el, const wchar_t *key, const wchar_t *function) {
  el_wset(el, EL_BIND, L"-a", key, function, NULL);
}

static void add_functions(EditLine *el) {
  el_wset(el, EL_ADDFN, L"mrs-enter", L"End the line, or go on", on_enter);
  el_wset(el, EL_ADDFN, L"mrs-new-line", L"Go on in a new line", on_new_line);
  el_wset(el, EL_ADDFN, L"mrs-end", L"Leave, or delete a character", on_end_key);
  el_wset(el, EL_ADDFN, L"mrs-complete", L"Complete", on_tab);
  el_wset(el, EL_ADDFN, L"mrs-explain", L"Say what can stand here", on_question);
  el_wset(el, EL_ADDFN, L"mrs-up", L"Up a line or back in history", on_up);
  el_wset(el, EL_ADDFN, L"mrs-down", L"Down a line or on in history", on_down);
  el_wset(el, EL_ADDFN, L"mrs-right", L"Right, or take the suggestion", on_right);
  el_wset(el, EL_ADDFN, L"mrs-last", L"To the end", on_last);
  el_wset(el, EL_ADDFN, L"mrs-paste", L"Paste", on_paste);
  el_wset(el, EL_ADDFN, L"mrs-pick", L"Pick from the history", on_pick);
  el_wset(el, EL_ADDFN, L"mrs-edit", L"Edit in $EDITOR", on_edit);
  el_wset(el, EL_ADDFN, L"mrs-undo", L"Undo", on_undo);
}

void bind_keys(mrs_editor *editor) {
  EditLine *el = editor->el;
  add_functions(el);
  static const wchar_t *const plain[][2] = {
    {L"\x1c", L"ed-newline"}, {L"^J", L"mrs-enter"}, {L"^M", L"mrs-enter"}, {L"^D", L"mrs-end"},
    {L"^I", L"mrs-complete"}, {L"?", L"mrs-explain"}, {L"^P", L"mrs-up"}, {L"^N", L"mrs-down"},
    {L"^R", L"mrs-pick"}, {L"^_", L"mrs-undo"}, {PASTE_KEY, L"mrs-paste"},
  };
  // In vi mode no key begins with Escape or Ctrl-X.
  static const wchar_t *const emacs[][2] = {
    {L"^F", L"mrs-right"}, {L"\\e^J", L"mrs-new-line"}, {L"\\e^M", L"mrs-new-line"},
    {L"\\e[A", L"mrs-up"}, {L"\\eOA", L"mrs-up"}, {L"\\e[B", L"mrs-down"},
    {L"\\eOB", L"mrs-down"}, {L"\\e[C", L"mrs-right"}, {L"\\eOC", L"mrs-right"},
    {L"\\e[H", L"ed-move-to-beg"}, {L"\\eOH", L"ed-move-to-beg"},
    {L"\\e[1~", L"ed-move-to-beg"}, {L"\\e[F", L"ed-move-to-end"},
    {L"\\eOF", L"ed-move-to-end"}, {L"\\e[4~", L"ed-move-to-end"},
    {L"\\e[3~", L"ed-delete-next-char"}, {L"\\e[1;5C", L"em-next-word"},
    {L"\\e[1;5D", L"ed-prev-word"}, {L"^X^E", L"mrs-edit"},
  };
  // vi's own history, search and undo know nothing of ours.
  static const wchar_t *const vi[][2] = {
    {L"^F", L"mrs-right"}, {L"^B", L"ed-prev-char"}, {L"^A", L"ed-move-to-beg"},
    {L"^E", L"mrs-last"}, {L"^L", L"ed-clear-screen"}, {DELETE_KEY, L"ed-delete-next-char"},
  };
  static const wchar_t *const vi_command[][2] = {
    {L"k", L"mrs-up"}, {L"j", L"mrs-down"}, {L"/", L"mrs-pick"}, {L"u", L"mrs-undo"},
    {L"v", L"mrs-edit"},
  };
  for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
    bind_key(el, plain[i][0], plain[i][1]);
    if (editor->is_vi) bind_vi_command(el, plain[i][0], plain[i][1]);
  }
  for (size_t i = 0; editor->is_vi && i < sizeof vi / sizeof *vi; i++) {
    bind_key(el, vi[i][0], vi[i][1]);
    bind_vi_command(el, vi[i][0], vi[i][1]);
  }
  for (size_t i = 0; editor->is_vi && i < sizeof vi_command / sizeof *vi_command; i++) {
    bind_vi_command(el, vi_command[i][0], vi_command[i][1]);
  }
  for (size_t i = 0; !editor->is_vi && i < sizeof emacs / sizeof *emacs; i++) {
    bind_key(el, emacs[i][0], emacs[i][1]);
  }
}
