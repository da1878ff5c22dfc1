// The inner loops of the reference path, portable C.
//
// All maps are planes of float32, rows top to bottom without gaps (NCHW). Sizes are counts of numbers, never bytes,
// and are checked by the caller. Unless said otherwise, the output does not overlap the inputs. Results depend on the
// arguments alone: every sum has one fixed order.

#ifndef RBQE_REFERENCE_KERNELS_H
#define RBQE_REFERENCE_KERNELS_H

#include <stddef.h>

// 64-byte aligned memory of at least `bytes`, not cleared; NULL if there is none.
float *rbqe_allocate(ptrdiff_t bytes);
void rbqe_deallocate(float *memory);

// Wishes for large pages in the part of some memory that holds whole ones, before it is first written: there are fewer
// for the system to clear, and their addresses are found faster.
void rbqe_prefer_huge_pages(void *memory, ptrdiff_t bytes);

// Geometry of a convolution; samples outside a map count as zero.
typedef struct {
  ptrdiff_t kernel_height, kernel_width;
  ptrdiff_t stride_y, stride_x;
  ptrdiff_t pad_top, pad_left;
} rbqe_window;

// ---- Convolution

// One plane with one kernel, bias added, negative results set to zero if relu.
void rbqe_convolve_plane(
    const float *restrict input, ptrdiff_t height, ptrdiff_t width, const float *restrict kernel, float bias, int relu,
    rbqe_window window, float *restrict output, ptrdiff_t output_height, ptrdiff_t output_width);

// What the windows of output rows top ..< top + rows see: [channels * kernel_height * kernel_width, rows * output_width].
void rbqe_gather_windows(
    const float *restrict input, ptrdiff_t channels, ptrdiff_t height, ptrdiff_t width, rbqe_window window,
    ptrdiff_t top, ptrdiff_t rows, ptrdiff_t output_width, float *restrict columns);

// Adds [channels * kernel_height * kernel_width, rows * input_width], computed from input rows top ..< top + rows, to
// the places of a transposed convolution's output.
void rbqe_scatter_windows(
    const float *restrict columns, ptrdiff_t channels, ptrdiff_t top, ptrdiff_t rows, ptrdiff_t input_width,
    rbqe_window window, float *restrict output, ptrdiff_t output_height, ptrdiff_t output_width);

// Adds bias[c] (none if NULL) to `count` numbers of each of `channels` rows that start `stride` apart, then clears
// negative ones if relu.
void rbqe_bias_relu(
    float *data, ptrdiff_t channels, ptrdiff_t count, ptrdiff_t stride, const float *bias, int relu);

// ---- Elementwise; the output may be exactly an input

void rbqe_relu(const float *input, float *output, ptrdiff_t count);
void rbqe_sqrt(const float *input, float *output, ptrdiff_t count);
void rbqe_sigmoid(const float *input, float *output, ptrdiff_t count);
void rbqe_clip(const float *input, float low, float high, float *output, ptrdiff_t count);

// Operands are read every `a_step` and `b_step` numbers: 1, or 0 for one number throughout.
void rbqe_add(
    const float *a, ptrdiff_t a_step, const float *b, ptrdiff_t b_step, float *output, ptrdiff_t count);
void rbqe_subtract(
    const float *a, ptrdiff_t a_step, const float *b, ptrdiff_t b_step, float *output, ptrdiff_t count);
void rbqe_multiply(
    const float *a, ptrdiff_t a_step, const float *b, ptrdiff_t b_step, float *output, ptrdiff_t count);
// a where it is not negative, else a * b.
void rbqe_prelu(
    const float *a, ptrdiff_t a_step, const float *b, ptrdiff_t b_step, float *output, ptrdiff_t count);

// ---- Layout

void rbqe_fill(float *output, ptrdiff_t count, float value);
void rbqe_copy(const float *restrict input, float *restrict output, ptrdiff_t count);

// [channels * block^2, height, width] to [channels, height * block, width * block]; channel_first is ONNX's CRD,
// otherwise DCR.
void rbqe_depth_to_space(
    const float *restrict input, ptrdiff_t channels, ptrdiff_t height, ptrdiff_t width, ptrdiff_t block,
    int channel_first, float *restrict output);

// [channels, height * block, width * block] to [block^2 * channels, height, width], ONNX's order (dy, dx, channel).
void rbqe_space_to_depth(
    const float *restrict input, ptrdiff_t channels, ptrdiff_t height, ptrdiff_t width, ptrdiff_t block,
    float *restrict output);

// Copies planes into larger ones, repeating the last column and row.
void rbqe_pad_edge(
    const float *restrict input, ptrdiff_t channels, ptrdiff_t height, ptrdiff_t width, float *restrict output,
    ptrdiff_t output_height, ptrdiff_t output_width);

// Copies the top left corner of planes.
void rbqe_crop(
    const float *restrict input, ptrdiff_t channels, ptrdiff_t height, ptrdiff_t width, float *restrict output,
    ptrdiff_t output_height, ptrdiff_t output_width);

// ---- Pooling

// [outer, count, inner] to the means [outer, inner]. Sums are kept in double: for inner = 1 in eight lanes (number i in
// lane i mod 8), added in order at the end; otherwise in order.
void rbqe_mean(
    const float *restrict input, ptrdiff_t outer, ptrdiff_t count, ptrdiff_t inner, float *restrict output);

#endif
