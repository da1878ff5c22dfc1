#include "png_errors.h"

#include <string.h>

static rbqe_status status_of(const char *message) {
  // libpng has no error codes, only words.
  if (strstr(message, "memory") != NULL) return RBQE_OUT_OF_MEMORY;
  return RBQE_CORRUPT;
}

void png_errors_leave(png_structp png, png_const_charp message) {
  png_errors *errors = png_get_error_ptr(png);
  strncpy(errors->message, message, sizeof errors->message - 1);
  errors->message[sizeof errors->message - 1] = '\0';
  errors->status = status_of(message);
  longjmp(errors->escape, 1);
}

void png_errors_ignore(png_structp png, png_const_charp message) {
  (void)png;
  (void)message;
}
