#include "include/deflate.h"

#include <limits.h>
#include <stdlib.h>
#include <zlib.h>

#include "growing_buffer.h"

static uInt part(size_t count) { return count > UINT_MAX ? UINT_MAX : (uInt)count; }

static rbqe_status inflate_into(growing_buffer *out, z_stream *stream, size_t count, size_t limit) {
  for (;;) {
    size_t room = limit - out->count;
    if (room == 0) return RBQE_OUT_OF_MEMORY;
    size_t step = room < 65536 ? room : 65536;
    if (!growing_buffer_reserve(out, step)) return RBQE_OUT_OF_MEMORY;
    stream->next_out = out->bytes + out->count;
    stream->avail_out = part(step);
    if (stream->avail_in == 0) stream->avail_in = part(count - stream->total_in);
    int code = inflate(stream, Z_NO_FLUSH);
    out->count = stream->total_out;
    if (code == Z_STREAM_END) return RBQE_OK;
    if (code == Z_MEM_ERROR) return RBQE_OUT_OF_MEMORY;
    if (code == Z_BUF_ERROR) return RBQE_TRUNCATED;
    if (code != Z_OK) return RBQE_CORRUPT;
  }
}

rbqe_status rbqe_inflate(const uint8_t *bytes, size_t count, size_t limit, uint8_t **result, size_t *result_count) {
  z_stream stream = {.next_in = (Bytef *)bytes, .avail_in = part(count)};
  if (inflateInit(&stream) != Z_OK) return RBQE_OUT_OF_MEMORY;
  growing_buffer out = {0};
  rbqe_status status = inflate_into(&out, &stream, count, limit);
  inflateEnd(&stream);
  if (status != RBQE_OK) growing_buffer_release(&out);
  *result = out.bytes;
  *result_count = out.count;
  return status;
}

size_t rbqe_inflated_count(const uint8_t *bytes, size_t count, size_t limit) {
  z_stream stream = {.next_in = (Bytef *)bytes, .avail_in = part(count)};
  if (inflateInit(&stream) != Z_OK) return 0;
  uint8_t passed[16384];
  int code = Z_OK;
  while (code == Z_OK && stream.total_out <= limit) {
    stream.next_out = passed;
    stream.avail_out = sizeof passed;
    if (stream.avail_in == 0) stream.avail_in = part(count - stream.total_in);
    code = inflate(&stream, Z_NO_FLUSH);
  }
  size_t total = stream.total_out;
  inflateEnd(&stream);
  return code == Z_STREAM_END && total <= limit ? total : 0;
}

rbqe_status rbqe_deflate(const uint8_t *bytes, size_t count, uint8_t **result, size_t *result_count) {
  uLongf written = compressBound(count);
  uint8_t *out = malloc(written);
  if (out == NULL) return RBQE_OUT_OF_MEMORY;
  if (compress2(out, &written, bytes, count, Z_BEST_COMPRESSION) != Z_OK) {
    free(out);
    return RBQE_OUT_OF_MEMORY;
  }
  *result = out;
  *result_count = written;
  return RBQE_OK;
}

void rbqe_release(uint8_t *bytes) { free(bytes); }

uint32_t rbqe_crc32(const uint8_t *bytes, size_t count) {
  uLong sum = crc32(0, NULL, 0);
  while (count > 0) {
    uInt step = part(count);
    sum = crc32(sum, bytes, step);
    bytes += step;
    count -= step;
  }
  return (uint32_t)sum;
}

int32_t rbqe_can_allocate(size_t count) {
  // Volatile, or the compiler sees through a malloc that nobody uses and leaves it out.
  void *volatile block = malloc(count);
  int32_t granted = block != NULL;
  free(block);
  return granted;
}
