// The NEON kernels over sizes, channels and borders, for a processor that emulates them: products and convolutions
// against their definitions in double precision, what must be the same bits everywhere against the scalar ones.

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

static float rectified(double value, float leak) { return (float)(value < 0 ? value * leak : value); }

static void check_products(const rbqe_kernel_table *table) {
  for (int outputs = 16; outputs <= 112; outputs += 16) {
    for (int rows = 1; rows <= 70; rows += 3) {
      const int depth = 5 + rows % 44;
      const size_t count = (size_t)(rows * outputs);
      float *inputs = numbers((size_t)(rows * depth)), *weights = numbers((size_t)(depth * outputs));
      float *bias = numbers((size_t)outputs), *residual = numbers(count);
      float *result = calloc(count, sizeof(float)), *expected = malloc(count * sizeof(float));
      float *panels = packed(table, weights, depth, outputs);
      const rbqe_segment segments[2] = {{inputs, depth, 3}, {inputs + 3, depth, depth - 3}};
      const int has_bias = rows % 4 < 2, has_residual = rows % 5 < 3;
      const rbqe_epilogue epilogue = {has_bias ? bias : NULL, has_residual ? residual : NULL, outputs, rows % 2};
      table->multiply(segments, 2, panels, rows, outputs, epilogue, result, outputs);
      for (int r = 0; r < rows; r++) {
        for (int o = 0; o < outputs; o++) {
          double sum = (has_bias ? bias[o] : 0) + (has_residual ? (double)residual[r * outputs + o] : 0);
          for (int d = 0; d < depth; d++) sum += inputs[r * depth + d] * (double)weights[d * outputs + o];
          expected[r * outputs + o] = rectified(sum, epilogue.leak);
        }
      }
      compare("product", rows, result, expected, count);
      free(panels), free(inputs), free(weights), free(bias), free(residual), free(result), free(expected);
    }
  }
}

// The direct convolution of one pixel; kernels [outputs][inputs][3][3], rows from column -1.
static double convolved(
    float *const rows[3], const float *kernels, ptrdiff_t x, ptrdiff_t inputs, ptrdiff_t output) {
  double sum = 0;
  for (ptrdiff_t i = 0; i < inputs; i++) {
    for (int y = 0; y < 3; y++) {
      for (int k = 0; k < 3; k++) {
        sum += rows[y][(x + k) * inputs + i] * (double)kernels[((output * inputs + i) * 3 + y) * 3 + k];
      }
    }
  }
  return sum;
}

static void check_winograd(const rbqe_kernel_table *table) {
  for (int width = 1; width <= 70; width++) {
    const ptrdiff_t inputs = width % 2 ? 16 : 48, outputs = width % 3 ? 48 : 32, tiles = (width + 3) / 4;
    const size_t row = (size_t)((tiles * 4 + 2) * inputs), out_row = (size_t)((tiles * 4 + 2) * outputs);
    float *map = numbers(6 * row), *kernels = numbers((size_t)(9 * inputs * outputs));
    float *bias = numbers((size_t)outputs), *residual = numbers(4 * out_row);
    float *result = calloc(4 * out_row, sizeof(float)), *expected = calloc(4 * out_row, sizeof(float));
    float *weights = malloc((size_t)(36 * inputs * outputs) * sizeof(float));
    rbqe_winograd_weights(kernels, outputs, inputs, outputs, table->panel_width(outputs), weights);
    const ptrdiff_t plane = tiles * 48 + 16;
    const rbqe_winograd_layer layer = {weights, bias, inputs, inputs, outputs, plane, width % 5 == 0};
    const int has_residual = width % 7 < 4;
    rbqe_tile_input input;
    rbqe_tile_output output;
    for (int r = 0; r < 6; r++) input.row[r] = map + (size_t)r * row;
    // As at the lower border: the last row isn't there.
    for (int r = 0; r < 4; r++) {
      output.row[r] = r < 3 ? result + (size_t)r * out_row : NULL;
      output.residual[r] = has_residual && r < 3 ? residual + (size_t)r * out_row : NULL;
    }
    float *scratch = malloc((size_t)(37 * plane) * sizeof(float));
    table->winograd(&layer, &input, 0, tiles, width % 2 - 1, width, scratch, &output);
    for (int r = 0; r < 3; r++) {
      float *const rows[3] = {map + (size_t)r * row, map + (size_t)(r + 1) * row, map + (size_t)(r + 2) * row};
      for (ptrdiff_t x = 0; x < width; x++) {
        for (ptrdiff_t o = 0; o < outputs; o++) {
          const size_t place = (size_t)r * out_row + (size_t)(x * outputs + o);
          const double added = bias[o] + (has_residual ? (double)residual[place] : 0);
          expected[place] = rectified(convolved(rows, kernels, x, inputs, o) + added, layer.leak);
        }
      }
    }
    // Nothing is written beyond the last column, nor into the row that isn't there.
    compare("winograd", width, result, expected, 4 * out_row);
    for (size_t i = 0; i < 4 * out_row; i++) {
      if (expected[i] == 0 && result[i] != 0) printf("wrote beyond column %d\n", width), failures++;
    }
    free(scratch), free(weights), free(map), free(kernels), free(bias), free(residual), free(result), free(expected);
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

static void same_bits(const char *what, int size, const void *values, const void *expected, size_t bytes) {
  if (memcmp(values, expected, bytes) != 0) printf("%s, size %d: other bits\n", what, size), failures++;
}

// Blocks of all kinds: black, constant, smooth and textured ones, one after another.
static void check_assessor(const rbqe_kernel_table *const tables[2]) {
  for (int size = 4; size <= 8; size += 4) {
    for (int width = 2 * size; width <= 90; width += 7) {
      const ptrdiff_t count = width / size - 1;
      float *samples = numbers((size_t)(width * size)), *polynomials = numbers((size_t)(size * size));
      for (int i = 0; i < width * size; i++) {
        const int x = i % width, y = i / width;
        const float kinds[4] = {0, 0.5f, 0.4f + 0.01f * (float)(x + y), samples[i]};
        samples[i] = kinds[x / size % 4];
      }
      const rbqe_assessor assessor = {size, polynomials, polynomials, 0.004, 1e-5f, 10};
      rbqe_block_verdict verdicts[2][32];
      memset(verdicts, 0, sizeof(verdicts));
      for (int t = 0; t < 2; t++) tables[t]->assess(samples, width, count, &assessor, verdicts[t]);
      same_bits("assessor", width, verdicts[0], verdicts[1], sizeof(verdicts[0]));
      free(samples), free(polynomials);
    }
  }
}

// Returns how many coefficients were changed.
static int check_widened(
    const rbqe_kernel_table *const tables[2], const int16_t *coefficients, const float *steps, const float *seen,
    int number) {
  int changed = 0;
  for (int32_t shape = 1; shape < 4; shape++) {
    const int32_t across = shape & 1 ? 2 : 1, down = shape & 2 ? 2 : 1;
    int16_t wide[256], matched[2][64];
    int32_t exact[2];
    float nearly[64];
    for (int i = 0; i < 64 * across * down; i++) {
      const int x = i % (8 * across), y = i / (8 * across);
      wide[i] = i % 37 == 11 ? INT16_MIN : (int16_t)seen[y / down * 8 + x / across];
    }
    for (int i = 0; i < 64; i++) nearly[i] = steps[i] * ((float)coefficients[i] + (float)(i % 7) * 0.15f - 0.4f);
    for (int t = 0; t < 2; t++) {
      for (int i = 0; i < 64; i++) matched[t][i] = (int16_t)(coefficients[i] + (i % 7 == 6));
      exact[t] = tables[t]->match_widened(matched[t], steps, nearly, wide, across, down, 1 + number % 16);
    }
    for (int i = 0; i < 64; i++) changed += matched[0][i] != coefficients[i] + (i % 7 == 6);
    same_bits("what was widened", number, matched[0], matched[1], sizeof(matched[0]));
    same_bits("what is left", number, &exact[0], &exact[1], sizeof(int32_t));
  }
  return changed;
}

static void check_blocks(const rbqe_kernel_table *const tables[2]) {
  for (int count = 1; count <= 12; count++) {
    const size_t area = (size_t)(count * 64);
    int16_t *coefficients = malloc(area * sizeof(int16_t));
    float *steps = numbers(64), *reach = numbers(64), *spans = numbers(64), *samples = numbers(area), *results[2];
    for (size_t i = 0; i < area; i++) coefficients[i] = (int16_t)(20 * next_number());
    for (int i = 0; i < 64; i++) {
      steps[i] = 0.02f + 0.01f * steps[i];
      reach[i] = steps[i] / 2;
      spans[i] = 0.02f * fabsf(spans[i]);
    }
    int64_t outside[2];
    for (int t = 0; t < 2; t++) {
      results[t] = calloc(3 * area, sizeof(float));
      tables[t]->decode_blocks(coefficients, count, steps, 0.5f, results[t], count * 8);
      tables[t]->transform_blocks(samples, count * 8, count, 0.5f, results[t] + area);
      outside[t] = tables[t]->hold_blocks(
          coefficients, count, steps, reach, spans, 0.5f, samples, count * 8, results[t] + 2 * area, count * 8);
    }
    same_bits("blocks", count, results[0], results[1], 3 * area * sizeof(float));
    int changed = 0, widened = 0;
    for (int block = 0; block < count; block++) {
      float levels[64], seen[64], larger[64], smaller[64], coarse[64];
      int16_t matched[2][64];
      int32_t explained[2];
      for (int i = 0; i < 64; i++) {
        levels[i] = 1 + (float)(i / 24);
        coarse[i] = levels[i] / 255;
        larger[i] = i % 11 != 5;
        smaller[i] = i % 23 != 5;
      }
      float decoded[64];
      tables[0]->decode_blocks(coefficients + 64 * block, 1, coarse, 0.5f, decoded, 8);
      for (int i = 0; i < 64; i++) seen[i] = roundf((decoded[i] - 0.5f) * 255);
      for (int t = 0; t < 2; t++) {
        for (int i = 0; i < 64; i++) matched[t][i] = (int16_t)(coefficients[64 * block + i] + (i % 19 == 7));
        explained[t] = tables[t]->match_rounding(matched[t], levels, seen, larger, smaller, 1 + block % 16);
      }
      widened += check_widened(tables, coefficients + 64 * block, levels, seen, count);
      for (int i = 0; i < 64; i++) changed += matched[0][i] != coefficients[64 * block + i] + (i % 19 == 7);
      same_bits("what was rounded", count, matched[0], matched[1], sizeof(matched[0]));
      same_bits("whether it was", count, &explained[0], &explained[1], sizeof(int32_t));
    }
    if (changed == 0) printf("no coefficient was put right\n"), failures++;
    if (widened == 0) printf("no coefficient of widened samples was changed\n"), failures++;
    same_bits("clamped coefficients", count, &outside[0], &outside[1], sizeof(int64_t));
    if (outside[0] == 0) printf("no coefficient was outside\n"), failures++;
    free(coefficients), free(steps), free(reach), free(spans), free(samples), free(results[0]), free(results[1]);
  }
}

static void check_rows(const rbqe_kernel_table *const tables[2]) {
  for (int width = 8; width <= 104; width += 3) {
    const ptrdiff_t blocks = width / 8 * 8;
    const size_t room = (size_t)(8 * width + 16);
    float *rows[4], *results[2], sums[2];
    for (int r = 0; r < 4; r++) rows[r] = numbers(room);
    const float *const sources[4] = {rows[0], rows[1], rows[2], rows[3]};
    for (int t = 0; t < 2; t++) {
      float *out = results[t] = calloc(12 * (size_t)width, sizeof(float));
      tables[t]->blend_rows(rows[0], rows[1], width, out);
      tables[t]->widen_row(rows[0] + 1, width, out + width);
      for (int factor = 1; factor <= 4; factor *= 2) {
        tables[t]->average_rows(sources, factor, factor, width, out + 3 * width + factor * width);
      }
      for (int plane = 0; plane < 3; plane++) memcpy(out + (8 + plane) * width, rows[plane], sizeof(float) * (size_t)width);
      tables[t]->spread_row(rows[3], 2, width, out + 8 * width);
      tables[t]->hold_colors(out + 8 * width, out + 9 * width, out + 10 * width, width, 0.5f);
      if (blocks >= 16) tables[t]->seam_row(rows[0], blocks, 0.03f, out + 11 * width);
      sums[t] = tables[t]->seam_rows(sources, width, 0.03f);
    }
    same_bits("rows", width, results[0], results[1], 12 * sizeof(float) * (size_t)width);
    same_bits("seams", width, &sums[0], &sums[1], sizeof(float));
    for (int r = 0; r < 4; r++) free(rows[r]);
    free(results[0]), free(results[1]);
  }
}

int main(void) {
  const rbqe_kernel_table *tables[2] = {rbqe_kernel_table_at(0), rbqe_kernel_table_at(1)};
  if (!tables[1] || strcmp(tables[0]->name, "neon") != 0) {
    printf("this processor has no NEON kernels\n");
    return 1;
  }
  check_products(tables[0]);
  check_winograd(tables[0]);
  check_depthwise_and_add(tables);
  check_assessor(tables);
  check_blocks(tables);
  check_rows(tables);
  printf(failures ? "%d differences\n" : "NEON kernels agree with their definitions and the scalar ones\n", failures);
  return failures != 0;
}
