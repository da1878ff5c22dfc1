#ifndef RBQE_PNG_DECODER_H
#define RBQE_PNG_DECODER_H

#include <stddef.h>
#include <stdint.h>

#include "codec_status.h"

/// What rows look like once palettes and transparency keys are expanded and shallow greys widened.
typedef struct rbqe_png_info {
  uint32_t width;
  uint32_t height;
  /// 1 grey, 2 grey and alpha, 3 colour, 4 colour and alpha.
  uint32_t channels;
  /// 8 or 16 bits a sample; 16-bit samples come in the machine's byte order.
  uint32_t bit_depth;
  size_t row_bytes;
  int32_t interlaced;
} rbqe_png_info;

typedef struct rbqe_png_decoder rbqe_png_decoder;

/// A decoder over `bytes`, which must stay where they are until `destroy`. NULL: no memory.
rbqe_png_decoder *rbqe_png_decoder_create(const uint8_t *bytes, size_t count);

/// Reads up to the first pixel data and fills `info`. Chunks that don't bear on samples are skipped unread.
rbqe_status rbqe_png_decoder_start(rbqe_png_decoder *decoder, rbqe_png_info *info);

/// Writes the next `count` rows, `stride` bytes apart. An interlaced picture is held whole from the first call on.
rbqe_status rbqe_png_decoder_read_rows(rbqe_png_decoder *decoder, uint8_t *rows, size_t stride, uint32_t count);

/// Checks what follows the last row: checksums, and that the file has an end.
rbqe_status rbqe_png_decoder_finish(rbqe_png_decoder *decoder);

/// The library's words for the failure; empty if there was none.
const char *rbqe_png_decoder_message(const rbqe_png_decoder *decoder);

/// The row in which work stopped, from the top.
uint32_t rbqe_png_decoder_row(const rbqe_png_decoder *decoder);

/// Gives back everything; NULL is fine.
void rbqe_png_decoder_destroy(rbqe_png_decoder *decoder);

/// Name and version of the library that runs.
const char *rbqe_png_library(void);

#endif
