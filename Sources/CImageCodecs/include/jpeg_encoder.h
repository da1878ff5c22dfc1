#ifndef RBQE_JPEG_ENCODER_H
#define RBQE_JPEG_ENCODER_H

#include <stddef.h>
#include <stdint.h>

#include "codec_status.h"
#include "jpeg_decoder.h"

typedef struct rbqe_jpeg_encoder_options {
  uint32_t width;
  uint32_t height;
  /// What the samples are; they are coded as such, without conversion.
  rbqe_jpeg_color color;
  /// IJG scale, 1...100; without meaning where there are `tables`.
  int32_t quality;
  /// Quantisation steps in rows, 64 for each component one after another; NULL: those of `quality`.
  const uint16_t *tables;
  /// Luma samples per chroma sample, across and down; 1, 2 or 4.
  int32_t horizontal_sampling;
  int32_t vertical_sampling;
  int32_t progressive;
  /// Two passes with Huffman tables made for the picture; holds all coefficients in memory.
  int32_t optimize;
  /// Write an Adobe marker where the colour asks for one. Off for CMYK that is not Adobe's inverted kind.
  int32_t adobe_marker;
  /// JFIF: 0 aspect ratio, 1 per inch, 2 per centimetre.
  uint8_t density_unit;
  uint16_t density_x;
  uint16_t density_y;
} rbqe_jpeg_encoder_options;

typedef struct rbqe_jpeg_encoder rbqe_jpeg_encoder;

/// NULL: no memory.
rbqe_jpeg_encoder *rbqe_jpeg_encoder_create(void);

rbqe_status rbqe_jpeg_encoder_start(rbqe_jpeg_encoder *encoder, const rbqe_jpeg_encoder_options *options);

/// Writes a marker segment; after `start`, before the first row. `count` is at most 65533.
rbqe_status rbqe_jpeg_encoder_write_marker(
    rbqe_jpeg_encoder *encoder, int32_t marker, const uint8_t *bytes, size_t count);

rbqe_status rbqe_jpeg_encoder_write_rows(
    rbqe_jpeg_encoder *encoder, const uint8_t *rows, size_t stride, uint32_t count);

/// Completes the file; the bytes belong to the encoder and live until `destroy`.
rbqe_status rbqe_jpeg_encoder_finish(rbqe_jpeg_encoder *encoder, const uint8_t **bytes, size_t *count);

const char *rbqe_jpeg_encoder_message(const rbqe_jpeg_encoder *encoder);

void rbqe_jpeg_encoder_destroy(rbqe_jpeg_encoder *encoder);

#endif
