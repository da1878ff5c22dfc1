#ifndef CMODELS_H
#define CMODELS_H

#include <stddef.h>

// The shipped models, as the bytes of their ONNX files. Each function returns storage that lives as long as the
// program and writes its size to `count`.

const unsigned char *rbqe_model_fast(size_t *count);
const unsigned char *rbqe_model_nested(size_t *count);

#endif
