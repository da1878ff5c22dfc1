#ifndef RBQE_PNG_ENCODER_H
#define RBQE_PNG_ENCODER_H

#include <stddef.h>
#include <stdint.h>

#include "codec_status.h"

typedef struct rbqe_png_encoder_options {
  uint32_t width;
  uint32_t height;
  /// 1 grey, 2 grey and alpha, 3 colour, 4 colour and alpha.
  uint32_t channels;
  /// 8 or 16; 16-bit samples in the machine's byte order.
  uint32_t bit_depth;
  /// zlib, 0...9.
  int32_t level;
} rbqe_png_encoder_options;

typedef struct rbqe_png_encoder rbqe_png_encoder;

/// NULL: no memory.
rbqe_png_encoder *rbqe_png_encoder_create(void);

/// Writes signature and header.
rbqe_status rbqe_png_encoder_start(rbqe_png_encoder *encoder, const rbqe_png_encoder_options *options);

/// Writes a chunk with a four-letter `name`; after `start`, before the first row. `count` is below 2^31.
rbqe_status rbqe_png_encoder_write_chunk(
    rbqe_png_encoder *encoder, const uint8_t *name, const uint8_t *bytes, size_t count);

rbqe_status rbqe_png_encoder_write_rows(
    rbqe_png_encoder *encoder, const uint8_t *rows, size_t stride, uint32_t count);

/// Completes the file; the bytes belong to the encoder and live until `destroy`.
rbqe_status rbqe_png_encoder_finish(rbqe_png_encoder *encoder, const uint8_t **bytes, size_t *count);

const char *rbqe_png_encoder_message(const rbqe_png_encoder *encoder);

void rbqe_png_encoder_destroy(rbqe_png_encoder *encoder);

#endif
