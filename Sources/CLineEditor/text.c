#include "editor.h"

#include <stdlib.h>
#include <string.h>

int utf8_length(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first < 0xE0) return 2;
  if (first >= 0xE0 && first < 0xF0) return 3;
  return first >= 0xF0 && first < 0xF5 ? 4 : 0;
}

uint32_t utf8_decode(const unsigned char *bytes, int count) {
  if (count == 1) return bytes[0];
  uint32_t value = bytes[0] & (0x7F >> count);
  for (int i = 1; i < count; i++) {
    if ((bytes[i] & 0xC0) != 0x80) return 0xFFFD;
    value = value << 6 | (bytes[i] & 0x3F);
  }
  bool is_short = (count == 3 && value < 0x800) || (count == 4 && value < 0x10000);
  bool is_surrogate = value >= 0xD800 && value < 0xE000;
  return is_short || is_surrogate || value > 0x10FFFF ? 0xFFFD : value;
}

static int encode(uint32_t value, char *out) {
  if (value < 0x80) {
    out[0] = (char)value;
    return 1;
  }
  int count = value < 0x800 ? 2 : value < 0x10000 ? 3 : 4;
  for (int i = count - 1; i > 0; i--, value >>= 6) out[i] = (char)(0x80 | (value & 0x3F));
  out[0] = (char)((0xF00 >> count & 0xFF) | value);
  return count;
}

char *utf8_from_wide(const wchar_t *text, size_t count, size_t *bytes) {
  char *out = malloc(count * 4 + 1);
  size_t at = 0;
  for (size_t i = 0; out && i < count; i++) at += (size_t)encode((uint32_t)text[i], out + at);
  if (out) out[at] = '\0';
  if (bytes) *bytes = out ? at : 0;
  return out;
}

wchar_t *wide_from_utf8(const char *text, size_t *count) {
  size_t bytes = strlen(text);
  wchar_t *out = malloc((bytes + 1) * sizeof(wchar_t));
  size_t made = 0;
  for (size_t at = 0; out && at < bytes;) {
    int length = utf8_length((unsigned char)text[at]);
    if (length == 0 || at + (size_t)length > bytes) {
      at++;
      continue;
    }
    out[made++] = (wchar_t)utf8_decode((const unsigned char *)text + at, length);
    at += (size_t)length;
  }
  if (out) out[made] = L'\0';
  if (count) *count = out ? made : 0;
  return out;
}

char *line_text(mrs_editor *editor, size_t *bytes, size_t *cursor) {
  const LineInfoW *line = el_wline(editor->el);
  if (cursor) {
    char *before = utf8_from_wide(line->buffer, (size_t)(line->cursor - line->buffer), cursor);
    free(before);
  }
  return utf8_from_wide(line->buffer, (size_t)(line->lastchar - line->buffer), bytes);
}

void line_replace(mrs_editor *editor, const wchar_t *text) {
  const LineInfoW *line = el_wline(editor->el);
  el_cursor(editor->el, (int)(line->lastchar - line->cursor));
  line = el_wline(editor->el);
  el_wdeletestr(editor->el, (int)(line->lastchar - line->buffer));
  if (*text) el_winsertstr(editor->el, text);
}
