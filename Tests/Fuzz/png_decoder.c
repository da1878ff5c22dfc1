// Fuzz entry: any bytes through the PNG shim, as the library calls it, and through the zlib door.

#include <stdint.h>
#include <stdlib.h>

#include "CImageCodecs.h"

enum { pixel_limit = 1 << 20, inflate_limit = 1 << 20 };

static void read_rows(rbqe_png_decoder *decoder, rbqe_png_info info) {
  if (info.row_bytes != (size_t)info.width * info.channels * info.bit_depth / 8) abort();
  // Exactly a row: one byte too many is found.
  uint8_t *row = malloc(info.row_bytes);
  uint32_t y = 0;
  while (row != NULL && y < info.height && rbqe_png_decoder_read_rows(decoder, row, info.row_bytes, 1) == RBQE_OK) ++y;
  if (y == info.height) rbqe_png_decoder_finish(decoder);
  free(row);
}

static void inflate_all(const uint8_t *bytes, size_t count) {
  uint8_t *result = NULL;
  size_t result_count = 0;
  if (rbqe_inflate(bytes, count, inflate_limit, &result, &result_count) == RBQE_OK) {
    if (result_count > inflate_limit) abort();
    rbqe_release(result);
  }
}

/// The library looks at the header before it lets the codec allocate anything.
static int is_too_large(const uint8_t *bytes, size_t count) {
  if (count < 24) return 0;
  uint64_t width = (uint64_t)bytes[16] << 24 | bytes[17] << 16 | bytes[18] << 8 | bytes[19];
  uint64_t height = (uint64_t)bytes[20] << 24 | bytes[21] << 16 | bytes[22] << 8 | bytes[23];
  return width * height > pixel_limit;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
  inflate_all(bytes, count);
  if (is_too_large(bytes, count)) return 0;
  rbqe_png_decoder *decoder = rbqe_png_decoder_create(bytes, count);
  rbqe_png_info info;
  if (decoder != NULL && rbqe_png_decoder_start(decoder, &info) == RBQE_OK)
    read_rows(decoder, info);
  if (decoder != NULL && rbqe_png_decoder_message(decoder) == NULL) abort();
  rbqe_png_decoder_destroy(decoder);
  return 0;
}
