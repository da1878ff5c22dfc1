#include "../include/reference_kernels.h"

#include <math.h>

#pragma clang fp contract(off)

// Number i of the output depends on number i of the inputs only, so that vectors are safe even where they are the same.
#define EACH(expression)                                           \
  _Pragma("clang loop vectorize(assume_safety)")                   \
  for (ptrdiff_t i = 0; i < count; i++) output[i] = (expression)

void rbqe_relu(const float *input, float *output, ptrdiff_t count) { EACH(input[i] > 0 ? input[i] : 0); }

void rbqe_sqrt(const float *input, float *output, ptrdiff_t count) { EACH(__builtin_elementwise_sqrt(input[i])); }

void rbqe_sigmoid(const float *input, float *output, ptrdiff_t count) {
  for (ptrdiff_t i = 0; i < count; i++) output[i] = 1 / (1 + expf(-input[i]));
}

void rbqe_clip(const float *input, float low, float high, float *output, ptrdiff_t count) {
  EACH(input[i] < low ? low : input[i] > high ? high : input[i]);
}

#define BINARY(name, expression)                                                                       \
  void name(                                                                                           \
      const float *a, ptrdiff_t a_step, const float *b, ptrdiff_t b_step, float *output, ptrdiff_t count) { \
    if (a_step != 0 && b_step != 0) {                                                                  \
      EACH(expression(a[i], b[i]));                                                                    \
    } else if (a_step != 0) {                                                                          \
      const float right = b[0];                                                                        \
      EACH(expression(a[i], right));                                                                   \
    } else if (b_step != 0) {                                                                          \
      const float left = a[0];                                                                         \
      EACH(expression(left, b[i]));                                                                    \
    } else {                                                                                           \
      const float left = a[0], right = b[0];                                                           \
      EACH(expression(left, right));                                                                   \
    }                                                                                                  \
  }

#define SUM(x, y) ((x) + (y))
#define DIFFERENCE(x, y) ((x) - (y))
#define PRODUCT(x, y) ((x) * (y))
#define SLOPE(x, y) ((x) < 0 ? (x) * (y) : (x))

BINARY(rbqe_add, SUM)
BINARY(rbqe_subtract, DIFFERENCE)
BINARY(rbqe_multiply, PRODUCT)
BINARY(rbqe_prelu, SLOPE)
