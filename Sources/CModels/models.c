#include "cmodels.h"

static const unsigned char fast[] = {
#embed "models/fast.onnx"
};

static const unsigned char nested[] = {
#embed "models/nested.onnx"
};

const unsigned char *rbqe_model_fast(size_t *count) {
  *count = sizeof fast;
  return fast;
}

const unsigned char *rbqe_model_nested(size_t *count) {
  *count = sizeof nested;
  return nested;
}
