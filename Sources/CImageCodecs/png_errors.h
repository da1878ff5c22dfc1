#ifndef RBQE_PNG_ERRORS_H
#define RBQE_PNG_ERRORS_H

#include <setjmp.h>

#include <png.h>

#include "include/codec_status.h"

/// Where libpng's errors go: a status, a message, and a jump back into the shim.
typedef struct png_errors {
  jmp_buf escape;
  rbqe_status status;
  char message[200];
} png_errors;

/// For `png_create_*_struct`, with a `png_errors` as error pointer.
void png_errors_leave(png_structp png, png_const_charp message);
void png_errors_ignore(png_structp png, png_const_charp message);

#endif
