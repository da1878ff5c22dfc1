#include "../include/engine_kernels.h"

#include <string.h>

// G of three numbers a step apart.
static void spread(const double *from, ptrdiff_t step, double to[6]) {
  const double a = from[0], b = from[step], c = from[2 * step];
  to[0] = a / 4;
  to[1] = -(a + b + c) / 6;
  to[2] = -(a - b + c) / 6;
  to[3] = (a + 2 * b + 4 * c) / 24;
  to[4] = (a - 2 * b + 4 * c) / 24;
  to[5] = c;
}

void rbqe_winograd_weights(
    const float *kernels, ptrdiff_t outputs, ptrdiff_t inputs, ptrdiff_t padded, ptrdiff_t panel, float *packed) {
  const ptrdiff_t position = inputs * padded;
  if (outputs < padded) memset(packed, 0, (size_t)(RBQE_TILE_POSITIONS * position) * sizeof(float));
  for (ptrdiff_t output = 0; output < outputs; output++) {
    for (ptrdiff_t input = 0; input < inputs; input++, kernels += 9) {
      double kernel[9], columns[3][6];
      for (int i = 0; i < 9; i++) kernel[i] = kernels[i];
      for (int x = 0; x < 3; x++) spread(kernel + x, 3, columns[x]);
      float *to = packed + (output / panel * inputs + input) * panel + output % panel;
      for (int y = 0; y < 6; y++) {
        const double row[3] = {columns[0][y], columns[1][y], columns[2][y]};
        double values[6];
        spread(row, 1, values);
        for (int x = 0; x < 6; x++, to += position) *to = (float)values[x];
      }
    }
  }
}
