#include "jpeg_errors.h"

#include <string.h>

#include <jerror.h>

static rbqe_status status_of(int code) {
  switch (code) {
    case JERR_OUT_OF_MEMORY:
    case JERR_NO_BACKING_STORE:
    case JERR_WIDTH_OVERFLOW:
      return RBQE_OUT_OF_MEMORY;
    case JERR_BAD_PRECISION:
    case JERR_SOF_UNSUPPORTED:
    case JERR_ARITH_NOTIMPL:
    case JERR_NOT_COMPILED:
    case JERR_CONVERSION_NOTIMPL:
    case JERR_CCIR601_NOTIMPL:
    case JERR_FRACT_SAMPLE_NOTIMPL:
    case JERR_COMPONENT_COUNT:
    case JERR_IMAGE_TOO_BIG:
      return RBQE_UNSUPPORTED;
    case JERR_INPUT_EOF:
      return RBQE_TRUNCATED;
    default:
      return RBQE_CORRUPT;
  }
}

static bool loses_data(int code) {
  switch (code) {
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_ARITH_BAD_CODE:
    case JWRN_JPEG_EOF:
    case JWRN_MUST_RESYNC:
    case JWRN_BOGUS_PROGRESSION:
      return true;
    default:
      return false;
  }
}

static void leave(j_common_ptr cinfo) {
  jpeg_errors *errors = (jpeg_errors *)cinfo->err;
  cinfo->err->format_message(cinfo, errors->message);
  errors->status = status_of(cinfo->err->msg_code);
  longjmp(errors->escape, 1);
}

static void hear(j_common_ptr cinfo, int level) {
  if (level >= 0) return;  // Trace messages.
  if (loses_data(cinfo->err->msg_code)) leave(cinfo);
  jpeg_errors *errors = (jpeg_errors *)cinfo->err;
  if (errors->message[0] == '\0') cinfo->err->format_message(cinfo, errors->message);
}

static void say_nothing(j_common_ptr cinfo) { (void)cinfo; }

struct jpeg_error_mgr *jpeg_errors_install(jpeg_errors *errors) {
  jpeg_std_error(&errors->base);
  errors->base.error_exit = leave;
  errors->base.emit_message = hear;
  errors->base.output_message = say_nothing;
  errors->status = RBQE_OK;
  errors->message[0] = '\0';
  return &errors->base;
}

void jpeg_errors_raise(jpeg_errors *errors, rbqe_status status, const char *message) {
  errors->status = status;
  strncpy(errors->message, message, sizeof errors->message - 1);
  errors->message[sizeof errors->message - 1] = '\0';
  longjmp(errors->escape, 1);
}
