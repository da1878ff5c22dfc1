#include "growing_buffer.h"

#include <stdlib.h>

enum { first_capacity = 1 << 16 };

bool growing_buffer_reserve(growing_buffer *buffer, size_t extra) {
  if (buffer->capacity - buffer->count >= extra) return true;
  if (extra > SIZE_MAX / 2 - buffer->count) return false;
  size_t wanted = buffer->count + extra;
  size_t capacity = buffer->capacity < first_capacity ? first_capacity : buffer->capacity;
  while (capacity < wanted) capacity += capacity / 2;
  uint8_t *bytes = realloc(buffer->bytes, capacity);
  if (bytes == NULL) return false;
  buffer->bytes = bytes;
  buffer->capacity = capacity;
  return true;
}

void growing_buffer_release(growing_buffer *buffer) {
  free(buffer->bytes);
  *buffer = (growing_buffer){0};
}
