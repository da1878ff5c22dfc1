#include "include/png_decoder.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "png_errors.h"

struct rbqe_png_decoder {
  png_structp png;
  png_infop info;
  png_errors errors;
  const uint8_t *bytes;
  size_t count;
  size_t position;
  /// The library has asked for bytes past the end.
  bool ended;
  rbqe_png_info shape;
  uint32_t next_row;
  /// Through an interlaced picture.
  int passes;
  /// An interlaced picture, whole.
  uint8_t *picture;
};

enum { chunk_bytes = 8 << 20, chunk_count = 1000 };

static void read_bytes(png_structp png, png_bytep into, size_t count) {
  rbqe_png_decoder *decoder = png_get_io_ptr(png);
  if (count > decoder->count - decoder->position) {
    decoder->ended = true;
    png_error(png, "the file ends early");
  }
  memcpy(into, decoder->bytes + decoder->position, count);
  decoder->position += count;
}

rbqe_png_decoder *rbqe_png_decoder_create(const uint8_t *bytes, size_t count) {
  rbqe_png_decoder *decoder = calloc(1, sizeof *decoder);
  if (decoder == NULL) return NULL;
  decoder->bytes = bytes;
  decoder->count = count;
  if (setjmp(decoder->errors.escape)) {
    rbqe_png_decoder_destroy(decoder);
    return NULL;
  }
  decoder->png =
      png_create_read_struct(PNG_LIBPNG_VER_STRING, &decoder->errors, png_errors_leave, png_errors_ignore);
  if (decoder->png != NULL) decoder->info = png_create_info_struct(decoder->png);
  if (decoder->info == NULL) {
    rbqe_png_decoder_destroy(decoder);
    return NULL;
  }
  png_set_read_fn(decoder->png, decoder, read_bytes);
  png_set_user_limits(decoder->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  png_set_chunk_malloc_max(decoder->png, chunk_bytes);
  png_set_chunk_cache_max(decoder->png, chunk_count);
  // Metadata is read elsewhere, with its own limits: here it is skipped, so that its damage can't reach the pixels.
  png_set_keep_unknown_chunks(decoder->png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
  return decoder;
}

static rbqe_status failure(rbqe_png_decoder *decoder) {
  return decoder->ended ? RBQE_TRUNCATED : decoder->errors.status;
}

/// Rows as grey, grey and alpha, colour, or colour and alpha, of 8 or 16 bits in the machine's order; returns how often
/// they are gone through.
static int set_transforms(png_structp png, png_infop info) {
  int color = png_get_color_type(png, info);
  int depth = png_get_bit_depth(png, info);
  if (color == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png);
  if (color == PNG_COLOR_TYPE_GRAY && depth < 8) png_set_expand_gray_1_2_4_to_8(png);
  if (png_get_valid(png, info, PNG_INFO_tRNS)) png_set_tRNS_to_alpha(png);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  if (depth == 16) png_set_swap(png);
#endif
  int passes = png_set_interlace_handling(png);
  png_read_update_info(png, info);
  return passes;
}

rbqe_status rbqe_png_decoder_start(rbqe_png_decoder *decoder, rbqe_png_info *info) {
  if (setjmp(decoder->errors.escape)) return failure(decoder);
  png_structp png = decoder->png;
  png_read_info(png, decoder->info);
  decoder->passes = set_transforms(png, decoder->info);
  decoder->shape = (rbqe_png_info){
      .width = png_get_image_width(png, decoder->info),
      .height = png_get_image_height(png, decoder->info),
      .channels = png_get_channels(png, decoder->info),
      .bit_depth = png_get_bit_depth(png, decoder->info),
      .row_bytes = png_get_rowbytes(png, decoder->info),
      .interlaced = png_get_interlace_type(png, decoder->info) != PNG_INTERLACE_NONE,
  };
  *info = decoder->shape;
  return RBQE_OK;
}

/// All passes at once; called inside the caller's `setjmp`. libpng's own function wants an address of every row, which
/// takes more than the rows where they are short.
static void read_picture(rbqe_png_decoder *decoder) {
  size_t height = decoder->shape.height;
  size_t row_bytes = decoder->shape.row_bytes;
  if (row_bytes > SIZE_MAX / 2 / height) png_error(decoder->png, "out of memory");
  decoder->picture = calloc(height, row_bytes);
  if (decoder->picture == NULL) png_error(decoder->png, "out of memory");
  for (int pass = 0; pass < decoder->passes; ++pass) {
    for (size_t row = 0; row < height; ++row) png_read_row(decoder->png, decoder->picture + row * row_bytes, NULL);
  }
}

rbqe_status rbqe_png_decoder_read_rows(rbqe_png_decoder *decoder, uint8_t *rows, size_t stride, uint32_t count) {
  if (setjmp(decoder->errors.escape)) return failure(decoder);
  if (count > decoder->shape.height - decoder->next_row) png_error(decoder->png, "no rows left");
  if (decoder->shape.interlaced && decoder->picture == NULL) read_picture(decoder);
  for (uint32_t last = decoder->next_row + count; decoder->next_row < last; rows += stride) {
    if (decoder->picture != NULL)
      memcpy(rows, decoder->picture + decoder->next_row * decoder->shape.row_bytes, decoder->shape.row_bytes);
    else
      png_read_row(decoder->png, rows, NULL);
    decoder->next_row += 1;
  }
  return RBQE_OK;
}

rbqe_status rbqe_png_decoder_finish(rbqe_png_decoder *decoder) {
  if (setjmp(decoder->errors.escape)) return failure(decoder);
  png_read_end(decoder->png, NULL);
  return RBQE_OK;
}

const char *rbqe_png_decoder_message(const rbqe_png_decoder *decoder) { return decoder->errors.message; }

uint32_t rbqe_png_decoder_row(const rbqe_png_decoder *decoder) { return decoder->next_row; }

void rbqe_png_decoder_destroy(rbqe_png_decoder *decoder) {
  if (decoder == NULL) return;
  png_destroy_read_struct(&decoder->png, &decoder->info, NULL);
  free(decoder->picture);
  free(decoder);
}

const char *rbqe_png_library(void) { return png_get_libpng_ver(NULL); }
