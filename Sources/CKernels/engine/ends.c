#include "../include/engine_kernels.h"

#pragma clang fp contract(off)

void rbqe_fold_row(
    const float *const *rows, ptrdiff_t channels, ptrdiff_t block, float middle, ptrdiff_t first, ptrdiff_t count,
    float *out, ptrdiff_t depth) {
  ptrdiff_t used = block * block * channels;
  for (ptrdiff_t dy = 0; dy < block; dy++) {
    for (ptrdiff_t c = 0; c < channels; c++) {
      const float *restrict from = rows[dy * channels + c] + first * block;
      for (ptrdiff_t dx = 0; dx < block; dx++) {
        float *restrict to = out + (dy * block + dx) * channels + c;
        for (ptrdiff_t x = 0; x < count; x++) to[x * depth] = from[x * block + dx] - middle;
      }
    }
  }
  for (ptrdiff_t x = 0; x < count; x++) {
    for (ptrdiff_t d = used; d < depth; d++) out[x * depth + d] = 0;
  }
}

void rbqe_unfold_row(
    const float *row, ptrdiff_t depth, ptrdiff_t first, ptrdiff_t count, ptrdiff_t channels, ptrdiff_t block,
    int channel_first, const float *const *base, float *const *out) {
  for (ptrdiff_t dy = 0; dy < block; dy++) {
    for (ptrdiff_t c = 0; c < channels; c++) {
      const float *restrict under = base[dy * channels + c] + first * block;
      float *restrict to = out[dy * channels + c] + first * block;
      for (ptrdiff_t dx = 0; dx < block; dx++) {
        ptrdiff_t number = channel_first ? (c * block + dy) * block + dx : (dy * block + dx) * channels + c;
        const float *restrict from = row + first * depth + number;
        for (ptrdiff_t x = 0; x < count; x++) to[x * block + dx] = under[x * block + dx] + from[x * depth];
      }
    }
  }
}
