#include "include/jpeg_decoder.h"

#include <stdlib.h>
#include <string.h>

#include "jpeg_errors.h"

struct rbqe_jpeg_decoder {
  struct jpeg_decompress_struct cinfo;
  jpeg_errors errors;
  struct jpeg_source_mgr source;
  struct jpeg_progress_mgr progress;
  rbqe_jpeg_limits limits;
  /// What the library hasn't been shown yet.
  const uint8_t *next;
  size_t remaining;
  /// The library has asked for bytes past the end, and is being fed end-of-image markers.
  bool ended;
  /// Coefficients are read rather than samples, and all of them come in one scan.
  bool has_only_scan;
  /// For each component the start of every row of blocks; NULL until the coefficients are read.
  JBLOCKROW *block_rows[MAX_COMPONENTS];
};

static rbqe_jpeg_decoder *decoder_of(j_decompress_ptr cinfo) { return cinfo->client_data; }

// The source. libjpeg's own one warns as soon as it looks past the end, which it also does while it only fills its bit
// buffer after the last code; a silent end-of-image marker makes it warn where bits are really missing. And it shows
// all bytes at once, which makes libjpeg-turbo take a faster way through Huffman codes that passes over impossible
// ones in silence; it doesn't where fewer than `window` bytes are in sight.

enum { window = DCTSIZE2 * 8 };

static const JOCTET end_of_image[2] = {0xFF, JPEG_EOI};

static void begin_source(j_decompress_ptr cinfo) { (void)cinfo; }

static boolean fill_source(j_decompress_ptr cinfo) {
  rbqe_jpeg_decoder *decoder = decoder_of(cinfo);
  struct jpeg_source_mgr *source = cinfo->src;
  if (decoder->remaining == 0) {
    decoder->ended = true;
    source->next_input_byte = end_of_image;
    source->bytes_in_buffer = sizeof end_of_image;
    return TRUE;
  }
  size_t count = decoder->remaining < window ? decoder->remaining : window - 1;
  source->next_input_byte = decoder->next;
  source->bytes_in_buffer = count;
  decoder->next += count;
  decoder->remaining -= count;
  return TRUE;
}

static void skip_source(j_decompress_ptr cinfo, long count) {
  if (count <= 0) return;
  rbqe_jpeg_decoder *decoder = decoder_of(cinfo);
  struct jpeg_source_mgr *source = cinfo->src;
  size_t skipped = (size_t)count;
  if (skipped <= source->bytes_in_buffer) {
    source->next_input_byte += skipped;
    source->bytes_in_buffer -= skipped;
    return;
  }
  skipped -= source->bytes_in_buffer;
  if (skipped > decoder->remaining) skipped = decoder->remaining;
  decoder->next += skipped;
  decoder->remaining -= skipped;
  fill_source(cinfo);
}

static void end_source(j_decompress_ptr cinfo) { (void)cinfo; }

static void watch_scans(j_common_ptr common) {
  rbqe_jpeg_decoder *decoder = common->client_data;
  struct jpeg_decompress_struct *cinfo = &decoder->cinfo;
  if (cinfo->input_scan_number > decoder->limits.scans)
    jpeg_errors_raise(&decoder->errors, RBQE_TOO_MANY_SCANS, "too many scans");
  // The arithmetic decoder takes zeros for missing bytes without a word, to the last row that the header claims.
  if (cinfo->arith_code && decoder->ended)
    jpeg_errors_raise(&decoder->errors, RBQE_TRUNCATED, "the file ends before its end marker");
  // What follows the only scan is none of the picture, and may be anything.
  if (decoder->has_only_scan && cinfo->input_scan_number == 1 && cinfo->input_iMCU_row == cinfo->total_iMCU_rows)
    cinfo->unread_marker = JPEG_EOI;
}

rbqe_jpeg_decoder *rbqe_jpeg_decoder_create(const uint8_t *bytes, size_t count, rbqe_jpeg_limits limits) {
  rbqe_jpeg_decoder *decoder = calloc(1, sizeof *decoder);
  if (decoder == NULL) return NULL;
  decoder->limits = limits;
  decoder->next = bytes;
  decoder->remaining = count;
  decoder->cinfo.err = jpeg_errors_install(&decoder->errors);
  if (setjmp(decoder->errors.escape)) {
    rbqe_jpeg_decoder_destroy(decoder);
    return NULL;
  }
  jpeg_create_decompress(&decoder->cinfo);
  decoder->cinfo.client_data = decoder;
  decoder->cinfo.mem->max_memory_to_use = (long)limits.memory;
  decoder->progress.progress_monitor = watch_scans;
  decoder->cinfo.progress = &decoder->progress;
  decoder->source = (struct jpeg_source_mgr){
      .init_source = begin_source,
      .fill_input_buffer = fill_source,
      .skip_input_data = skip_source,
      .resync_to_restart = jpeg_resync_to_restart,
      .term_source = end_source,
  };
  decoder->cinfo.src = &decoder->source;
  return decoder;
}

/// Where the bytes ran out, every complaint is about that.
static rbqe_status failure(rbqe_jpeg_decoder *decoder) {
  rbqe_status status = decoder->errors.status;
  return status == RBQE_CORRUPT && decoder->ended ? RBQE_TRUNCATED : status;
}

static rbqe_jpeg_color stored_color(rbqe_jpeg_decoder *decoder) {
  switch (decoder->cinfo.jpeg_color_space) {
    case JCS_GRAYSCALE: return RBQE_JPEG_GRAY;
    case JCS_YCbCr: return RBQE_JPEG_YCBCR;
    case JCS_RGB: return RBQE_JPEG_RGB;
    case JCS_CMYK: return RBQE_JPEG_CMYK;
    case JCS_YCCK: return RBQE_JPEG_YCCK;
    default: jpeg_errors_raise(&decoder->errors, RBQE_UNSUPPORTED, "unknown number of colour components");
  }
}

rbqe_status rbqe_jpeg_decoder_start(rbqe_jpeg_decoder *decoder, rbqe_jpeg_info *info) {
  if (setjmp(decoder->errors.escape)) return failure(decoder);
  j_decompress_ptr cinfo = &decoder->cinfo;
  jpeg_read_header(cinfo, TRUE);
  info->color = stored_color(decoder);
  cinfo->out_color_space = cinfo->jpeg_color_space;
  cinfo->dct_method = JDCT_ISLOW;
  cinfo->do_fancy_upsampling = TRUE;
  jpeg_start_decompress(cinfo);
  // Which scans would have followed, nobody can know.
  if (decoder->ended && cinfo->buffered_image == FALSE && jpeg_has_multiple_scans(cinfo))
    jpeg_errors_raise(&decoder->errors, RBQE_TRUNCATED, "the file ends before its last scan");
  info->width = cinfo->output_width;
  info->height = cinfo->output_height;
  info->components = (uint32_t)cinfo->output_components;
  return RBQE_OK;
}

rbqe_status rbqe_jpeg_decoder_read_rows(rbqe_jpeg_decoder *decoder, uint8_t *rows, size_t stride, uint32_t count) {
  if (setjmp(decoder->errors.escape)) return failure(decoder);
  j_decompress_ptr cinfo = &decoder->cinfo;
  JDIMENSION first = cinfo->output_scanline;
  while (cinfo->output_scanline - first < count) {
    if (cinfo->output_scanline >= cinfo->output_height)
      jpeg_errors_raise(&decoder->errors, RBQE_CORRUPT, "no rows left");
    JSAMPROW row = rows + (size_t)(cinfo->output_scanline - first) * stride;
    jpeg_read_scanlines(cinfo, &row, 1);
  }
  // Within the last row nobody watched.
  if (cinfo->arith_code && decoder->ended)
    jpeg_errors_raise(&decoder->errors, RBQE_TRUNCATED, "the file ends before its end marker");
  return RBQE_OK;
}

/// Notes where each row of blocks lies: the library holds whole arrays, which stay in place until it is destroyed.
static void find_rows(rbqe_jpeg_decoder *decoder, jvirt_barray_ptr *arrays) {
  j_decompress_ptr cinfo = &decoder->cinfo;
  for (int index = 0; index < cinfo->num_components; ++index) {
    JDIMENSION count = cinfo->comp_info[index].height_in_blocks;
    decoder->block_rows[index] = calloc(count, sizeof(JBLOCKROW));
    if (decoder->block_rows[index] == NULL)
      jpeg_errors_raise(&decoder->errors, RBQE_OUT_OF_MEMORY, "out of memory");
    for (JDIMENSION row = 0; row < count; ++row) {
      decoder->block_rows[index][row] =
          cinfo->mem->access_virt_barray((j_common_ptr)cinfo, arrays[index], row, 1, FALSE)[0];
    }
  }
}

rbqe_status rbqe_jpeg_decoder_read_coefficients(rbqe_jpeg_decoder *decoder, rbqe_jpeg_info *info) {
  if (setjmp(decoder->errors.escape)) return failure(decoder);
  j_decompress_ptr cinfo = &decoder->cinfo;
  jpeg_read_header(cinfo, TRUE);
  info->color = stored_color(decoder);
  info->width = cinfo->image_width;
  info->height = cinfo->image_height;
  info->components = (uint32_t)cinfo->num_components;
  decoder->has_only_scan = !jpeg_has_multiple_scans(cinfo);
  jvirt_barray_ptr *arrays = jpeg_read_coefficients(cinfo);
  // Which scans would have followed, nobody can know; and the arithmetic decoder takes zeros for missing bytes.
  if (decoder->ended && (!decoder->has_only_scan || cinfo->arith_code))
    jpeg_errors_raise(&decoder->errors, RBQE_TRUNCATED, "the file ends before its last scan");
  find_rows(decoder, arrays);
  return RBQE_OK;
}

/// Where the coefficients, in the order in which they are coded, are in rows.
static const uint8_t place_in_rows[DCTSIZE2] = {
    0,  1,  8,  16, 9,  2,  3,  10, 17, 24, 32, 25, 18, 11, 4,  5,  12, 19, 26, 33, 40, 48,
    41, 34, 27, 20, 13, 6,  7,  14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23,
    30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
};

rbqe_jpeg_component rbqe_jpeg_decoder_component(const rbqe_jpeg_decoder *decoder, uint32_t index) {
  const jpeg_component_info *component = &decoder->cinfo.comp_info[index];
  rbqe_jpeg_component result = {
      .blocks_across = component->width_in_blocks,
      .blocks_down = component->height_in_blocks,
  };
  // No table: none of the component's data came.
  if (component->quant_table != NULL)
    memcpy(result.steps, component->quant_table->quantval, sizeof result.steps);
  // The library keeps account of progressive files alone: -1, or how many bits of a coefficient are yet to come.
  if (decoder->cinfo.coef_bits != NULL) {
    const int *bits = decoder->cinfo.coef_bits[index];
    for (int k = 0; k < DCTSIZE2; ++k) result.unsent[place_in_rows[k]] = bits[k] < 0;
  }
  return result;
}

int32_t rbqe_jpeg_decoder_lacks_scans(const rbqe_jpeg_decoder *decoder) {
  const struct jpeg_decompress_struct *cinfo = &decoder->cinfo;
  if (cinfo->coef_bits == NULL) return 0;
  for (int index = 0; index < cinfo->num_components; ++index) {
    for (int k = 0; k < DCTSIZE2; ++k) {
      if (cinfo->coef_bits[index][k] != 0) return 1;
    }
  }
  return 0;
}

const int16_t *rbqe_jpeg_decoder_block_row(const rbqe_jpeg_decoder *decoder, uint32_t index, uint32_t row) {
  return decoder->block_rows[index][row][0];
}

const char *rbqe_jpeg_decoder_message(const rbqe_jpeg_decoder *decoder) { return decoder->errors.message; }

uint32_t rbqe_jpeg_decoder_row(const rbqe_jpeg_decoder *decoder) {
  const struct jpeg_decompress_struct *cinfo = &decoder->cinfo;
  if (cinfo->output_scanline > 0) return cinfo->output_scanline;
  uint64_t row = (uint64_t)cinfo->input_iMCU_row * (uint64_t)cinfo->max_v_samp_factor * DCTSIZE;
  return row < cinfo->image_height ? (uint32_t)row : cinfo->image_height;
}

uint32_t rbqe_jpeg_decoder_scan(const rbqe_jpeg_decoder *decoder) {
  return (uint32_t)decoder->cinfo.input_scan_number;
}

void rbqe_jpeg_decoder_destroy(rbqe_jpeg_decoder *decoder) {
  if (decoder == NULL) return;
  for (int index = 0; index < MAX_COMPONENTS; ++index) free(decoder->block_rows[index]);
  jpeg_destroy_decompress(&decoder->cinfo);
  free(decoder);
}

const char *rbqe_jpeg_library(void) {
#define TEXT_OF(value) #value
#define TEXT(value) TEXT_OF(value)
#ifdef LIBJPEG_TURBO_VERSION
  return "libjpeg-turbo " TEXT(LIBJPEG_TURBO_VERSION);
#else
  return "libjpeg " TEXT(JPEG_LIB_VERSION);
#endif
}
