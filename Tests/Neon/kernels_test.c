// The NEON kernels against the scalar ones, over sizes, channels and borders. For a processor that emulates them.

#include "../../Sources/CKernels/include/engine_kernels.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures;

static float next_number(void) {
  static unsigned state = 1;
  state = state * 1664525u + 1013904223u;
  return (float)(state >> 8) / (1 << 23) - 1;
}

static float *numbers(size_t count) {
  float *values = malloc(count * sizeof(float));
  for (size_t i = 0; i < count; i++) values[i] = next_number();
  return values;
}

static void compare(const char *what, int size, const float *values, const float *expected, size_t count) {
  double error = 0, scale = 0;
  for (size_t i = 0; i < count; i++) {
    error += (values[i] - expected[i]) * (double)(values[i] - expected[i]);
    scale += expected[i] * (double)expected[i];
  }
  // Written so that a NaN fails.
  if (!(sqrt(error) <= 5e-6 * sqrt(scale))) {
    printf("%s, size %d: relative error %g\n", what, size, sqrt(error / scale));
    failures++;
  }
}

// Weights [depth][outputs] in the table's panels.
static float *packed(const rbqe_kernel_table *table, const float *weights, ptrdiff_t depth, ptrdiff_t outputs) {
  ptrdiff_t width = table->panel_width(outputs);
  float *result = malloc((size_t)(depth * outputs) * sizeof(float)), *to = result;
  for (ptrdiff_t panel = 0; panel < outputs; panel += width) {
    for (ptrdiff_t d = 0; d < depth; d++) {
      for (ptrdiff_t o = panel; o < panel + width; o++) *to++ = weights[d * outputs + o];
    }
  }
  return result;
}

static void check_products(const rbqe_kernel_table *const tables[2]) {
  for (int outputs = 16; outputs <= 112; outputs += 16) {
    for (int rows = 1; rows <= 70; rows += 3) {
      int depth = 5 + rows % 44;
      float *inputs = numbers((size_t)(rows * depth)), *weights = numbers((size_t)(depth * outputs));
      float *bias = numbers((size_t)outputs), *residual = numbers((size_t)(rows * outputs)), *results[2];
      for (int t = 0; t < 2; t++) {
        float *panels = packed(tables[t], weights, depth, outputs);
        results[t] = calloc((size_t)(rows * outputs), sizeof(float));
        rbqe_segment segments[2] = {{inputs, depth, 3}, {inputs + 3, depth, depth - 3}};
        rbqe_epilogue epilogue = {bias, residual, outputs, rows % 2};
        tables[t]->multiply(segments, 2, panels, rows, outputs, epilogue, results[t], outputs);
        free(panels);
      }
      compare("product", rows, results[0], results[1], (size_t)(rows * outputs));
      free(inputs), free(weights), free(bias), free(residual), free(results[0]), free(results[1]);
    }
  }
}

static void check_winograd(const rbqe_kernel_table *const tables[2]) {
  for (int width = 1; width <= 70; width++) {
    const ptrdiff_t inputs = width % 2 ? 16 : 48, outputs = width % 3 ? 48 : 32, tiles = (width + 3) / 4;
    const size_t row = (size_t)((tiles * 4 + 2) * inputs), out_row = (size_t)((tiles * 4 + 2) * outputs);
    float *map = numbers(6 * row), *weights = numbers((size_t)(36 * inputs * outputs));
    float *bias = numbers((size_t)outputs), *residual = numbers(4 * out_row), *results[2];
    for (int t = 0; t < 2; t++) {
      float *panels = malloc((size_t)(36 * inputs * outputs) * sizeof(float));
      for (int p = 0; p < 36; p++) {
        float *panel = packed(tables[t], weights + p * inputs * outputs, inputs, outputs);
        memcpy(panels + p * inputs * outputs, panel, (size_t)(inputs * outputs) * sizeof(float));
        free(panel);
      }
      ptrdiff_t plane = tiles * 48 + 16;
      rbqe_winograd_layer layer = {panels, bias, inputs, inputs, outputs, plane, width % 4 == 0};
      rbqe_tile_input input;
      rbqe_tile_output output;
      results[t] = calloc(4 * out_row, sizeof(float));
      for (int r = 0; r < 6; r++) input.row[r] = map + (size_t)r * row;
      // As at the lower border: the last row isn't there.
      for (int r = 0; r < 4; r++) {
        output.row[r] = r < 3 ? results[t] + (size_t)r * out_row : NULL;
        output.residual[r] = r < 3 ? residual + (size_t)r * out_row : NULL;
      }
      float *scratch = malloc((size_t)(37 * plane) * sizeof(float));
      tables[t]->winograd(&layer, &input, 0, tiles, 0, width, scratch, &output);
      free(scratch), free(panels);
      for (size_t i = (size_t)(width * outputs); i < out_row; i++) {
        if (results[t][i] != 0) printf("%s wrote beyond column %d\n", tables[t]->name, width), failures++;
      }
    }
    compare("winograd", width, results[0], results[1], 4 * out_row);
    free(map), free(weights), free(bias), free(residual), free(results[0]), free(results[1]);
  }
}

static void check_depthwise_and_add(const rbqe_kernel_table *const tables[2]) {
  for (int width = 1; width <= 70; width += 3) {
    const ptrdiff_t channels = 32;
    float *rows[3], *weights = numbers((size_t)(9 * channels)), *results[2], *sums[2];
    for (int r = 0; r < 3; r++) rows[r] = numbers((size_t)((width + 2) * channels));
    const float *const sources[3] = {rows[0], rows[1], rows[2]};
    for (int t = 0; t < 2; t++) {
      results[t] = malloc((size_t)(width * channels) * sizeof(float));
      sums[t] = malloc((size_t)width * sizeof(float));
      tables[t]->depthwise(sources, 0, width, channels, weights, results[t], channels);
      tables[t]->add(rows[0], rows[1], width, sums[t]);
    }
    compare("depthwise", width, results[0], results[1], (size_t)(width * channels));
    compare("add", width, sums[0], sums[1], (size_t)width);
    for (int t = 0; t < 2; t++) free(results[t]), free(sums[t]);
    for (int r = 0; r < 3; r++) free(rows[r]);
    free(weights);
  }
}

// The levels and verdicts of blocks are the same bits.
static void check_assessor(const rbqe_kernel_table *const tables[2]) {
  for (int width = 16; width <= 90; width += 7) {
    const ptrdiff_t count = width / 8 - 1;
    float *samples = numbers((size_t)(width * 8)), *polynomials = numbers(64);
    const rbqe_assessor assessor = {8, polynomials, polynomials, 0.004, 1e-5f, 10};
    rbqe_block_verdict verdicts[2][16];
    float values[2][16];
    for (int t = 0; t < 2; t++) {
      tables[t]->assess(samples, width, count, &assessor, verdicts[t]);
      for (int i = 0; i < count; i++) values[t][i] = verdicts[t][i].value + (float)verdicts[t][i].kind;
    }
    compare("assessor", width, values[0], values[1], (size_t)count);
    free(samples), free(polynomials);
  }
}

int main(void) {
  const rbqe_kernel_table *tables[2] = {rbqe_kernel_table_at(0), rbqe_kernel_table_at(1)};
  if (!tables[1] || strcmp(tables[0]->name, "neon") != 0) {
    printf("this processor has no NEON kernels\n");
    return 1;
  }
  check_products(tables);
  check_winograd(tables);
  check_depthwise_and_add(tables);
  check_assessor(tables);
  printf(failures ? "%d differences\n" : "NEON kernels agree with the scalar ones\n", failures);
  return failures != 0;
}
