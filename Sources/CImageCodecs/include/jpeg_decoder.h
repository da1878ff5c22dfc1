#ifndef RBQE_JPEG_DECODER_H
#define RBQE_JPEG_DECODER_H

#include <stddef.h>
#include <stdint.h>

#include "codec_status.h"

/// How the samples of a JPEG picture are to be understood; they are delivered as stored, never converted.
typedef enum rbqe_jpeg_color {
  RBQE_JPEG_GRAY = 0,
  RBQE_JPEG_YCBCR,
  RBQE_JPEG_RGB,
  RBQE_JPEG_CMYK,
  RBQE_JPEG_YCCK,
} rbqe_jpeg_color;

/// What the codec may spend on one picture.
typedef struct rbqe_jpeg_limits {
  /// Scans that are decoded before the file counts as an attack on the reader's time.
  int32_t scans;
  /// Bytes for the coefficients that files of several scans hold; 0: no cap.
  int64_t memory;
} rbqe_jpeg_limits;

typedef struct rbqe_jpeg_info {
  uint32_t width;
  uint32_t height;
  uint32_t components;
  rbqe_jpeg_color color;
} rbqe_jpeg_info;

typedef struct rbqe_jpeg_decoder rbqe_jpeg_decoder;

/// A decoder over `bytes`, which must stay where they are until `destroy`. NULL: no memory.
rbqe_jpeg_decoder *rbqe_jpeg_decoder_create(const uint8_t *bytes, size_t count, rbqe_jpeg_limits limits);

/// Reads the header (and, in a file of several scans, all of them) and fills `info`.
rbqe_status rbqe_jpeg_decoder_start(rbqe_jpeg_decoder *decoder, rbqe_jpeg_info *info);

/// Writes the next `count` rows, `stride` bytes apart, each `width * components` samples of 8 bits.
rbqe_status rbqe_jpeg_decoder_read_rows(rbqe_jpeg_decoder *decoder, uint8_t *rows, size_t stride, uint32_t count);

/// One component's coefficients.
typedef struct rbqe_jpeg_component {
  /// Blocks that hold any of the picture.
  uint32_t blocks_across;
  uint32_t blocks_down;
  /// In rows; all 0 where the file has no data of the component.
  uint16_t steps[64];
  /// In rows; 1 for each coefficient that no scan of a progressive file has sent.
  uint8_t unsent[64];
} rbqe_jpeg_component;

/// Instead of `start`: reads header and all coefficients, which live until `destroy`; `bytes` may go before.
rbqe_status rbqe_jpeg_decoder_read_coefficients(rbqe_jpeg_decoder *decoder, rbqe_jpeg_info *info);

/// A component, once coefficients are read; `index` is below `components`.
rbqe_jpeg_component rbqe_jpeg_decoder_component(const rbqe_jpeg_decoder *decoder, uint32_t index);

/// A row of blocks, 64 coefficients each, in rows; `row` is below `blocks_down`. Any thread may ask.
const int16_t *rbqe_jpeg_decoder_block_row(const rbqe_jpeg_decoder *decoder, uint32_t index, uint32_t row);

/// Once all is read: whether a progressive file ended, in good order, before its scans had sent every bit of every
/// coefficient. 0 or 1.
int32_t rbqe_jpeg_decoder_lacks_scans(const rbqe_jpeg_decoder *decoder);

/// The library's words for the last failure or, after success, for the first harmless oddity; empty if there is none.
const char *rbqe_jpeg_decoder_message(const rbqe_jpeg_decoder *decoder);

/// The row in which work stopped, from the top; in a file of several scans, within the scan being read.
uint32_t rbqe_jpeg_decoder_row(const rbqe_jpeg_decoder *decoder);

/// The scan being read, from 1; 0 before the first.
uint32_t rbqe_jpeg_decoder_scan(const rbqe_jpeg_decoder *decoder);

/// Gives back everything; NULL is fine.
void rbqe_jpeg_decoder_destroy(rbqe_jpeg_decoder *decoder);

/// Name and version of the library that is compiled in.
const char *rbqe_jpeg_library(void);

#endif
