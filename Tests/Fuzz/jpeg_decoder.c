// Fuzz entry: any bytes through the JPEG shim, as the library calls it.

#include <stdint.h>
#include <stdlib.h>

#include "CImageCodecs.h"

enum { pixel_limit = 1 << 20, scan_limit = 20, memory_limit = 64 << 20 };

static void read_rows(rbqe_jpeg_decoder *decoder, rbqe_jpeg_info info) {
  size_t row_bytes = (size_t)info.width * info.components;
  // Exactly a row: one byte too many is found.
  uint8_t *row = malloc(row_bytes);
  for (uint32_t y = 0; row != NULL && y < info.height; ++y)
    if (rbqe_jpeg_decoder_read_rows(decoder, row, row_bytes, 1) != RBQE_OK) break;
  free(row);
}

/// Every coefficient, so that memory that isn't there is found.
static void read_coefficients(const uint8_t *bytes, size_t count) {
  rbqe_jpeg_decoder *decoder = rbqe_jpeg_decoder_create(bytes, count, (rbqe_jpeg_limits){scan_limit, memory_limit});
  rbqe_jpeg_info info;
  if (decoder != NULL && rbqe_jpeg_decoder_read_coefficients(decoder, &info) == RBQE_OK) {
    volatile int64_t sum = 0;
    for (uint32_t index = 0; index < info.components; ++index) {
      rbqe_jpeg_component component = rbqe_jpeg_decoder_component(decoder, index);
      for (uint32_t row = 0; row < component.blocks_down; ++row) {
        const int16_t *blocks = rbqe_jpeg_decoder_block_row(decoder, index, row);
        for (size_t place = 0; place < (size_t)component.blocks_across * 64; ++place) sum += blocks[place];
      }
    }
  }
  rbqe_jpeg_decoder_destroy(decoder);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
  read_coefficients(bytes, count);
  rbqe_jpeg_decoder *decoder = rbqe_jpeg_decoder_create(bytes, count, (rbqe_jpeg_limits){scan_limit, memory_limit});
  rbqe_jpeg_info info;
  if (decoder != NULL && rbqe_jpeg_decoder_start(decoder, &info) == RBQE_OK &&
      (uint64_t)info.width * info.height <= pixel_limit)
    read_rows(decoder, info);
  if (decoder != NULL) {
    if (rbqe_jpeg_decoder_row(decoder) > 65535) abort();
    if (rbqe_jpeg_decoder_message(decoder) == NULL) abort();
    (void)rbqe_jpeg_decoder_scan(decoder);
  }
  rbqe_jpeg_decoder_destroy(decoder);
  return 0;
}
