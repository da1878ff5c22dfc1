#include "cmodels.h"

static const unsigned char fast[] = {
#embed "models/fast.onnx"
};

const unsigned char *rbqe_model_fast(size_t *count) {
  *count = sizeof fast;
  return fast;
}
