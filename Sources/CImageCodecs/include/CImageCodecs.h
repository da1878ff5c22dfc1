// The doors of the codec shims. Nothing of libjpeg, libpng or zlib shows through: their structs live on the heap behind
// opaque types, their jumps end inside the shim, and every call answers with a status.
#ifndef RBQE_C_IMAGE_CODECS_H
#define RBQE_C_IMAGE_CODECS_H

#include "codec_status.h"
#include "deflate.h"
#include "jpeg_decoder.h"
#include "jpeg_encoder.h"
#include "jpeg_scan.h"
#include "png_decoder.h"
#include "png_encoder.h"

#endif
