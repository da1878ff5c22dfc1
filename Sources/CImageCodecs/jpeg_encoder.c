#include "include/jpeg_encoder.h"

#include <stdlib.h>
#include <string.h>

#include <jerror.h>

#include "growing_buffer.h"
#include "jpeg_errors.h"

struct rbqe_jpeg_encoder {
  struct jpeg_compress_struct cinfo;
  jpeg_errors errors;
  struct jpeg_destination_mgr destination;
  growing_buffer file;
};

enum { step = 1 << 16 };

// The destination: a buffer that grows. `count` follows when the library asks for more room, or at the end.

static void offer_room(j_compress_ptr cinfo) {
  rbqe_jpeg_encoder *encoder = cinfo->client_data;
  if (!growing_buffer_reserve(&encoder->file, step))
    jpeg_errors_raise(&encoder->errors, RBQE_OUT_OF_MEMORY, "out of memory");
  encoder->destination.next_output_byte = encoder->file.bytes + encoder->file.count;
  encoder->destination.free_in_buffer = encoder->file.capacity - encoder->file.count;
}

static boolean take_all(j_compress_ptr cinfo) {
  rbqe_jpeg_encoder *encoder = cinfo->client_data;
  encoder->file.count = encoder->file.capacity;
  offer_room(cinfo);
  return TRUE;
}

static void take_rest(j_compress_ptr cinfo) {
  rbqe_jpeg_encoder *encoder = cinfo->client_data;
  encoder->file.count = encoder->file.capacity - encoder->destination.free_in_buffer;
}

rbqe_jpeg_encoder *rbqe_jpeg_encoder_create(void) {
  rbqe_jpeg_encoder *encoder = calloc(1, sizeof *encoder);
  if (encoder == NULL) return NULL;
  encoder->cinfo.err = jpeg_errors_install(&encoder->errors);
  if (setjmp(encoder->errors.escape)) {
    rbqe_jpeg_encoder_destroy(encoder);
    return NULL;
  }
  jpeg_create_compress(&encoder->cinfo);
  encoder->cinfo.client_data = encoder;
  encoder->destination = (struct jpeg_destination_mgr){
      .init_destination = offer_room,
      .empty_output_buffer = take_all,
      .term_destination = take_rest,
  };
  encoder->cinfo.dest = &encoder->destination;
  return encoder;
}

static J_COLOR_SPACE space_of(rbqe_jpeg_color color) {
  switch (color) {
    case RBQE_JPEG_GRAY: return JCS_GRAYSCALE;
    case RBQE_JPEG_YCBCR: return JCS_YCbCr;
    case RBQE_JPEG_RGB: return JCS_RGB;
    case RBQE_JPEG_CMYK: return JCS_CMYK;
    case RBQE_JPEG_YCCK: return JCS_YCCK;
  }
  return JCS_UNKNOWN;
}

static int components_of(rbqe_jpeg_color color) {
  switch (color) {
    case RBQE_JPEG_GRAY: return 1;
    case RBQE_JPEG_YCBCR:
    case RBQE_JPEG_RGB: return 3;
    default: return 4;
  }
}

/// Only components that carry luma or black get the sampling factors; colour differences stay at 1.
static void set_sampling(j_compress_ptr cinfo, const rbqe_jpeg_encoder_options *options) {
  for (int index = 0; index < cinfo->num_components; ++index) {
    cinfo->comp_info[index].h_samp_factor = 1;
    cinfo->comp_info[index].v_samp_factor = 1;
  }
  if (options->color != RBQE_JPEG_YCBCR && options->color != RBQE_JPEG_YCCK) return;
  for (int index = 0; index < cinfo->num_components; index += 3) {
    cinfo->comp_info[index].h_samp_factor = options->horizontal_sampling;
    cinfo->comp_info[index].v_samp_factor = options->vertical_sampling;
  }
}

/// Components with the same steps share a table.
static void set_tables(j_compress_ptr cinfo, const uint16_t *tables) {
  int used = 0;
  for (int index = 0; index < cinfo->num_components; ++index) {
    const uint16_t *steps = tables + DCTSIZE2 * index;
    int slot = -1;
    for (int other = 0; other < index && slot < 0; ++other) {
      if (memcmp(steps, tables + DCTSIZE2 * other, DCTSIZE2 * sizeof *steps) == 0)
        slot = cinfo->comp_info[other].quant_tbl_no;
    }
    if (slot < 0) {
      unsigned int table[DCTSIZE2];
      for (int place = 0; place < DCTSIZE2; ++place) table[place] = steps[place];
      slot = used++;
      jpeg_add_quant_table(cinfo, slot, table, 100, FALSE);
    }
    cinfo->comp_info[index].quant_tbl_no = slot;
  }
}

rbqe_status rbqe_jpeg_encoder_start(rbqe_jpeg_encoder *encoder, const rbqe_jpeg_encoder_options *options) {
  if (setjmp(encoder->errors.escape)) return encoder->errors.status;
  j_compress_ptr cinfo = &encoder->cinfo;
  cinfo->image_width = options->width;
  cinfo->image_height = options->height;
  cinfo->input_components = components_of(options->color);
  cinfo->in_color_space = space_of(options->color);
  jpeg_set_defaults(cinfo);
  jpeg_set_colorspace(cinfo, cinfo->in_color_space);
  if (options->tables != NULL)
    set_tables(cinfo, options->tables);
  else
    jpeg_set_quality(cinfo, options->quality, TRUE);
  set_sampling(cinfo, options);
  cinfo->dct_method = JDCT_ISLOW;
  cinfo->optimize_coding = options->optimize != 0;
  if (options->progressive) jpeg_simple_progression(cinfo);
  if (!options->adobe_marker) cinfo->write_Adobe_marker = FALSE;
  cinfo->density_unit = options->density_unit;
  cinfo->X_density = options->density_x;
  cinfo->Y_density = options->density_y;
  jpeg_start_compress(cinfo, TRUE);
  return RBQE_OK;
}

rbqe_status rbqe_jpeg_encoder_write_marker(
    rbqe_jpeg_encoder *encoder, int32_t marker, const uint8_t *bytes, size_t count) {
  if (setjmp(encoder->errors.escape)) return encoder->errors.status;
  jpeg_write_marker(&encoder->cinfo, marker, bytes, (unsigned int)count);
  return RBQE_OK;
}

rbqe_status rbqe_jpeg_encoder_write_rows(
    rbqe_jpeg_encoder *encoder, const uint8_t *rows, size_t stride, uint32_t count) {
  if (setjmp(encoder->errors.escape)) return encoder->errors.status;
  j_compress_ptr cinfo = &encoder->cinfo;
  for (uint32_t index = 0; index < count; ++index) {
    JSAMPROW row = (JSAMPROW)(rows + (size_t)index * stride);
    jpeg_write_scanlines(cinfo, &row, 1);
  }
  return RBQE_OK;
}

rbqe_status rbqe_jpeg_encoder_finish(rbqe_jpeg_encoder *encoder, const uint8_t **bytes, size_t *count) {
  if (setjmp(encoder->errors.escape)) return encoder->errors.status;
  jpeg_finish_compress(&encoder->cinfo);
  *bytes = encoder->file.bytes;
  *count = encoder->file.count;
  return RBQE_OK;
}

const char *rbqe_jpeg_encoder_message(const rbqe_jpeg_encoder *encoder) { return encoder->errors.message; }

void rbqe_jpeg_encoder_destroy(rbqe_jpeg_encoder *encoder) {
  if (encoder == NULL) return;
  jpeg_destroy_compress(&encoder->cinfo);
  growing_buffer_release(&encoder->file);
  free(encoder);
}
