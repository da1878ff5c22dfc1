#ifndef RBQE_JPEG_ERRORS_H
#define RBQE_JPEG_ERRORS_H

#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>

#include <jpeglib.h>

#include "include/codec_status.h"

/// An error manager that jumps out with a status and a message instead of ending the process, and that treats
/// warnings which mean lost picture data as errors.
typedef struct jpeg_errors {
  /// First, so that libjpeg's pointer to it is a pointer to this.
  struct jpeg_error_mgr base;
  jmp_buf escape;
  rbqe_status status;
  char message[JMSG_LENGTH_MAX];
} jpeg_errors;

/// Sets `errors` up and returns what goes into `cinfo.err`.
struct jpeg_error_mgr *jpeg_errors_install(jpeg_errors *errors);

/// Leaves the library with a status and words of our own.
_Noreturn void jpeg_errors_raise(jpeg_errors *errors, rbqe_status status, const char *message);

#endif
