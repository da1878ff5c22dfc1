#include "../include/engine_kernels.h"

#pragma clang fp contract(off)

void rbqe_pool_row(
    const float *restrict a, const float *restrict a_less, const float *restrict b, const float *restrict b_less,
    ptrdiff_t count, ptrdiff_t depth, double *restrict sums) {
  for (ptrdiff_t d = 0; d < depth; d++) sums[d] = 0;
  for (ptrdiff_t x = 0; x < count; x++) {
    ptrdiff_t place = x * depth;
    for (ptrdiff_t d = 0; d < depth; d++) {
      float value = a[place + d];
      if (a_less) value -= a_less[place + d];
      if (b) {
        float other = b[place + d];
        if (b_less) other -= b_less[place + d];
        value *= other;
      }
      sums[d] += (double)value;
    }
  }
}
