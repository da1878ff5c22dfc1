#include "../include/reference_kernels.h"

#include <string.h>

#pragma clang fp contract(off)

static ptrdiff_t min(ptrdiff_t a, ptrdiff_t b) { return a < b ? a : b; }
static ptrdiff_t max(ptrdiff_t a, ptrdiff_t b) { return a > b ? a : b; }

// The outputs first ..< last whose sample at x * stride + shift lies in 0 ..< size.
typedef struct {
  ptrdiff_t first, last;
} range;

static range inside(ptrdiff_t shift, ptrdiff_t stride, ptrdiff_t size, ptrdiff_t count) {
  range r;
  r.first = min(count, shift >= 0 ? 0 : (-shift + stride - 1) / stride);
  ptrdiff_t end = size - shift;
  r.last = max(r.first, min(count, end <= 0 ? 0 : (end + stride - 1) / stride));
  return r;
}

// Adds one row of a kernel to one row of output.
static void convolve_row(
    const float *restrict source, ptrdiff_t width, const float *restrict kernel, rbqe_window window,
    float *restrict row, ptrdiff_t count) {
  for (ptrdiff_t kx = 0; kx < window.kernel_width; kx++) {
    ptrdiff_t shift = kx - window.pad_left;
    range r = inside(shift, window.stride_x, width, count);
    float weight = kernel[kx];
    if (window.stride_x == 1) {
      for (ptrdiff_t x = r.first; x < r.last; x++) row[x] += weight * source[x + shift];
    } else {
      for (ptrdiff_t x = r.first; x < r.last; x++) row[x] += weight * source[x * window.stride_x + shift];
    }
  }
}

// The same, for three samples one before to one after, in one pass with the same order of additions.
static void convolve_row_3(
    const float *restrict source, ptrdiff_t width, const float *restrict kernel, float *restrict row) {
  float before = kernel[0], here = kernel[1], after = kernel[2];
  if (width == 1) {
    row[0] += here * source[0];
    return;
  }
  row[0] = (row[0] + here * source[0]) + after * source[1];
  for (ptrdiff_t x = 1; x < width - 1; x++) {
    row[x] = ((row[x] + before * source[x - 1]) + here * source[x]) + after * source[x + 1];
  }
  row[width - 1] = (row[width - 1] + before * source[width - 2]) + here * source[width - 1];
}

void rbqe_convolve_plane(
    const float *restrict input, ptrdiff_t height, ptrdiff_t width, const float *restrict kernel, float bias, int relu,
    rbqe_window window, float *restrict output, ptrdiff_t output_height, ptrdiff_t output_width) {
  int is_common = window.kernel_width == 3 && window.stride_x == 1 && window.pad_left == 1 && width == output_width;
  for (ptrdiff_t y = 0; y < output_height; y++) {
    float *restrict row = output + y * output_width;
    for (ptrdiff_t x = 0; x < output_width; x++) row[x] = bias;
    for (ptrdiff_t ky = 0; ky < window.kernel_height; ky++) {
      ptrdiff_t source_y = y * window.stride_y + ky - window.pad_top;
      if (source_y < 0 || source_y >= height) continue;
      const float *restrict source = input + source_y * width;
      const float *restrict weights = kernel + ky * window.kernel_width;
      if (is_common) {
        convolve_row_3(source, width, weights, row);
      } else {
        convolve_row(source, width, weights, window, row, output_width);
      }
    }
    if (relu) {
      for (ptrdiff_t x = 0; x < output_width; x++) row[x] = row[x] > 0 ? row[x] : 0;
    }
  }
}

static void gather_row(
    const float *restrict source, ptrdiff_t width, ptrdiff_t shift, ptrdiff_t stride, float *restrict row,
    ptrdiff_t count) {
  range r = inside(shift, stride, width, count);
  for (ptrdiff_t x = 0; x < r.first; x++) row[x] = 0;
  if (stride == 1) {
    memcpy(row + r.first, source + r.first + shift, (size_t)(r.last - r.first) * sizeof(float));
  } else {
    for (ptrdiff_t x = r.first; x < r.last; x++) row[x] = source[x * stride + shift];
  }
  for (ptrdiff_t x = r.last; x < count; x++) row[x] = 0;
}

void rbqe_gather_windows(
    const float *restrict input, ptrdiff_t channels, ptrdiff_t height, ptrdiff_t width, rbqe_window window,
    ptrdiff_t top, ptrdiff_t rows, ptrdiff_t output_width, float *restrict columns) {
  float *restrict row = columns;
  for (ptrdiff_t channel = 0; channel < channels; channel++) {
    const float *restrict plane = input + channel * height * width;
    for (ptrdiff_t ky = 0; ky < window.kernel_height; ky++) {
      for (ptrdiff_t kx = 0; kx < window.kernel_width; kx++) {
        for (ptrdiff_t y = top; y < top + rows; y++, row += output_width) {
          ptrdiff_t source_y = y * window.stride_y + ky - window.pad_top;
          if (source_y < 0 || source_y >= height) {
            memset(row, 0, (size_t)output_width * sizeof(float));
          } else {
            gather_row(plane + source_y * width, width, kx - window.pad_left, window.stride_x, row, output_width);
          }
        }
      }
    }
  }
}

void rbqe_scatter_windows(
    const float *restrict columns, ptrdiff_t channels, ptrdiff_t top, ptrdiff_t rows, ptrdiff_t input_width,
    rbqe_window window, float *restrict output, ptrdiff_t output_height, ptrdiff_t output_width) {
  const float *restrict row = columns;
  for (ptrdiff_t channel = 0; channel < channels; channel++) {
    float *restrict plane = output + channel * output_height * output_width;
    for (ptrdiff_t ky = 0; ky < window.kernel_height; ky++) {
      for (ptrdiff_t kx = 0; kx < window.kernel_width; kx++) {
        ptrdiff_t shift = kx - window.pad_left;
        range r = inside(shift, window.stride_x, output_width, input_width);
        for (ptrdiff_t y = top; y < top + rows; y++, row += input_width) {
          ptrdiff_t target_y = y * window.stride_y + ky - window.pad_top;
          if (target_y < 0 || target_y >= output_height) continue;
          float *restrict target = plane + target_y * output_width;
          for (ptrdiff_t x = r.first; x < r.last; x++) target[x * window.stride_x + shift] += row[x];
        }
      }
    }
  }
}

void rbqe_bias_relu(
    float *data, ptrdiff_t channels, ptrdiff_t count, ptrdiff_t stride, const float *bias, int relu) {
  for (ptrdiff_t channel = 0; channel < channels; channel++) {
    float *restrict row = data + channel * stride;
    float added = bias ? bias[channel] : 0;
    if (relu) {
      for (ptrdiff_t i = 0; i < count; i++) row[i] = row[i] + added > 0 ? row[i] + added : 0;
    } else if (bias) {
      for (ptrdiff_t i = 0; i < count; i++) row[i] += added;
    }
  }
}
