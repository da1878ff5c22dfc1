#ifndef RBQE_GROWING_BUFFER_H
#define RBQE_GROWING_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Bytes whose number isn't known before they are there: the file that an encoder writes, or what is inflated.
typedef struct growing_buffer {
  uint8_t *bytes;
  size_t count;
  size_t capacity;
} growing_buffer;

/// Room for `extra` more bytes after `count`; false: no memory, and the buffer is as before.
bool growing_buffer_reserve(growing_buffer *buffer, size_t extra);

void growing_buffer_release(growing_buffer *buffer);

#endif
