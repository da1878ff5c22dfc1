#include "../include/reference_kernels.h"

#pragma clang fp contract(off)

enum { lanes = 8 };

static double sum(const float *restrict values, ptrdiff_t count) {
  double partial[lanes] = {0};
  ptrdiff_t whole = count / lanes * lanes;
  for (ptrdiff_t i = 0; i < whole; i += lanes) {
    for (int lane = 0; lane < lanes; lane++) partial[lane] += (double)values[i + lane];
  }
  for (ptrdiff_t i = whole; i < count; i++) partial[i - whole] += (double)values[i];
  double total = 0;
  for (int lane = 0; lane < lanes; lane++) total += partial[lane];
  return total;
}

void rbqe_mean(
    const float *restrict input, ptrdiff_t outer, ptrdiff_t count, ptrdiff_t inner, float *restrict output) {
  for (ptrdiff_t o = 0; o < outer; o++) {
    const float *restrict block = input + o * count * inner;
    for (ptrdiff_t i = 0; i < inner; i++) {
      double total = 0;
      if (inner == 1) {
        total = sum(block, count);
      } else {
        for (ptrdiff_t k = 0; k < count; k++) total += (double)block[k * inner + i];
      }
      output[o * inner + i] = (float)(total / (double)count);
    }
  }
}
