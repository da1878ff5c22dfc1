#include "../include/metrics.h"

// Per sample: a, b, a^2 + b^2, ab. The variances are only needed as a sum.
enum { MAPS = 4 };

// Rows of sums are added to doubles in this many lanes, in order at the end.
enum { LANES = 8 };

enum { TAPS = RBQE_SSIM_TAPS, HALF = TAPS / 2 };

ptrdiff_t rbqe_ssim_scratch(ptrdiff_t width) { return (MAPS * (TAPS + 1) + 2) * width; }

// Means over the window along one row: output[x] for x in 0 ..< count.
static void blur_row(
    const float *restrict input, ptrdiff_t count, const float *restrict weights, float *restrict output) {
  for (ptrdiff_t x = 0; x < count; x++) {
    float mean = weights[HALF] * input[x + HALF];
    for (int k = 0; k < HALF; k++) mean += weights[k] * (input[x + k] + input[x + TAPS - 1 - k]);
    output[x] = mean;
  }
}

// Means over the window down a ring of TAPS rows, the uppermost of which is `first`.
static void blur_column(
    const float *restrict ring, ptrdiff_t width, ptrdiff_t first, ptrdiff_t count, const float *restrict weights,
    float *restrict output) {
  const float *rows[TAPS];
  for (int k = 0; k < TAPS; k++) rows[k] = ring + (first + k) % TAPS * width;
  for (ptrdiff_t x = 0; x < count; x++) {
    float mean = weights[HALF] * rows[HALF][x];
    for (int k = 0; k < HALF; k++) mean += weights[k] * (rows[k][x] + rows[TAPS - 1 - k][x]);
    output[x] = mean;
  }
}

static double sum(const float *restrict values, ptrdiff_t count) {
  double lanes[LANES] = {0};
  ptrdiff_t x = 0;
  for (; x + LANES <= count; x += LANES) {
    for (int lane = 0; lane < LANES; lane++) lanes[lane] += values[x + lane];
  }
  for (; x < count; x++) lanes[x % LANES] += values[x];
  double total = 0;
  for (int lane = 0; lane < LANES; lane++) total += lanes[lane];
  return total;
}

void rbqe_ssim(
    const float *restrict a, const float *restrict b, ptrdiff_t height, ptrdiff_t width, float centre,
    const float *restrict weights, float c1, float c2, float *restrict scratch, double *restrict ssim,
    double *restrict contrast_structure) {
  const ptrdiff_t count = width - TAPS + 1;
  // A ring of TAPS rows, blurred across, for each map; then a row of each map; then two rows of results.
  float *restrict products = scratch + MAPS * TAPS * width;
  float *restrict similarity = products + MAPS * width, *restrict structure = similarity + width;
  *ssim = 0;
  *contrast_structure = 0;
  for (ptrdiff_t y = 0; y < height; y++) {
    const float *p = a + y * width, *q = b + y * width;
    float *restrict squares = products, *restrict cross = products + width;
    for (ptrdiff_t x = 0; x < width; x++) {
      squares[x] = p[x] * p[x] + q[x] * q[x];
      cross[x] = p[x] * q[x];
    }
    const float *inputs[MAPS] = {p, q, squares, cross};
    for (int map = 0; map < MAPS; map++) {
      blur_row(inputs[map], count, weights, scratch + (map * TAPS + y % TAPS) * width);
    }
    if (y < TAPS - 1) continue;
    for (int map = 0; map < MAPS; map++) {
      blur_column(scratch + map * TAPS * width, width, y + 1, count, weights, products + map * width);
    }
    const float *mean_a = products, *mean_b = products + width, *square = products + 2 * width;
    const float *product = products + 3 * width;
    for (ptrdiff_t x = 0; x < count; x++) {
      const float u = mean_a[x], v = mean_b[x];
      const float factor = (2 * (product[x] - u * v) + c2) / (square[x] - (u * u + v * v) + c2);
      const float s = u + centre, t = v + centre;
      structure[x] = factor;
      similarity[x] = factor * (2 * (s * t) + c1) / (s * s + t * t + c1);
    }
    *ssim += sum(similarity, count);
    *contrast_structure += sum(structure, count);
  }
}

void rbqe_halve(const float *restrict input, ptrdiff_t height, ptrdiff_t width, float *restrict output) {
  for (ptrdiff_t y = 0; y < height; y += 2) {
    const float *restrict upper = input + y * width;
    const float *restrict lower = y + 1 < height ? upper + width : upper;
    for (ptrdiff_t x = 0; x < width; x += 2) {
      const ptrdiff_t next = x + 1 < width ? x + 1 : x;
      *output++ = (upper[x] + upper[next] + lower[x] + lower[next]) / 4;
    }
  }
}
