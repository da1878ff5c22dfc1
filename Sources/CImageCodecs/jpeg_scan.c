#include "include/jpeg_scan.h"

#include <string.h>

/// Whether a byte behind 0xFF is a marker's code rather than a sign of data, filling, or a restart.
static int ends_scan(uint8_t code) { return code != 0 && code != 0xFF && (code < 0xD0 || code > 0xD7); }

size_t rbqe_jpeg_scan_length(const uint8_t *bytes, size_t count) {
  size_t place = 0;
  while (count - place > 1) {
    const uint8_t *found = memchr(bytes + place, 0xFF, count - place - 1);
    if (found == NULL) return count;
    if (ends_scan(found[1])) return (size_t)(found - bytes);
    place = (size_t)(found - bytes) + 1;
  }
  return count;
}
