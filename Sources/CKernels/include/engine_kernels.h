// The fast engine's inner loops: one body, compiled for each instruction set, reached through a table.
//
// Maps are rows of pixels, each pixel `channels` floats one after another (NHWC); the channel count of a map is padded
// with zeros to a multiple of RBQE_CHANNEL_UNIT. A row begins with one column of zeros (column -1) and is followed by
// zeros up to a multiple of four columns and one more. Counts are numbers, never bytes, and are checked by the caller.
// Every output is a sum of fused multiply-adds in an order that the arguments fix, the same in every table that has
// them ("scalar" multiplies and adds apart), so results don't depend on the width of the vectors.

#ifndef RBQE_ENGINE_KERNELS_H
#define RBQE_ENGINE_KERNELS_H

#include <stddef.h>
#include <stdint.h>

enum { RBQE_CHANNEL_UNIT = 16, RBQE_TILE = 4, RBQE_TILE_POSITIONS = 36, RBQE_MOST_SEGMENTS = 16 };

// A part of what a product sums over: `depth` numbers for every row, rows `stride` apart.
typedef struct {
  const float *start;
  ptrdiff_t stride;
  ptrdiff_t depth;
} rbqe_segment;

// What happens to a row of results: bias (may be NULL) and residual (may be NULL) are added, then what is negative is
// multiplied by `leak`: 1 leaves it as it is, 0 is ReLU, -1 gives absolute values.
typedef struct {
  const float *bias;
  const float *residual;
  ptrdiff_t residual_stride;
  float leak;
} rbqe_epilogue;

// Six input rows from one above the tiles to one below, each at column -1.
typedef struct {
  const float *row[6];
} rbqe_tile_input;

// Four output rows and those of the residual (NULL without one), each at column 0; NULL where the map has no such row.
typedef struct {
  float *row[4];
  const float *residual[4];
} rbqe_tile_output;

// Weights transformed and packed for each of 36 positions; bias (may be NULL), then the residual, then `leak`. `plane`
// numbers, at least the number of tiles times the larger of inputs and outputs, lie between positions in the scratch.
// Of the inputs only the first `depth` count, and have weights: the others are zeros.
typedef struct {
  const float *weights;
  const float *bias;
  ptrdiff_t inputs, depth, outputs, plane;
  float leak;
} rbqe_winograd_layer;

// Kernels [outputs][inputs][3][3] transformed and packed for the 36 positions, panels of `panel` outputs; outputs up to
// `padded` are zeros.
void rbqe_winograd_weights(
    const float *kernels, ptrdiff_t outputs, ptrdiff_t inputs, ptrdiff_t padded, ptrdiff_t panel, float *packed);

enum { RBQE_BLACK, RBQE_CONSTANT, RBQE_SMOOTH, RBQE_TEXTURED };

// A block of the assessor. Smooth: the shares that the highest moments down and across have of all, each cut to the
// assessor's highest; textured: the sum of its moments' similarities to the blurred block's.
typedef struct {
  int kind;
  float value;
} rbqe_block_verdict;

// Blocks are `size` by `size`, 8 or 4; polynomials [degree][place], of the block and of the blurred one.
typedef struct {
  ptrdiff_t size;
  const float *polynomials, *blurred_polynomials;
  double textured_above;
  float steadier, highest_share;
} rbqe_assessor;

typedef struct {
  // "scalar", "avx2", "avx512" or "neon".
  const char *name;
  // Float32 numbers in a vector.
  ptrdiff_t lanes;

  // Outputs, a multiple of `lanes`, that `multiply` wants side by side in packed weights for so many output channels.
  ptrdiff_t (*panel_width)(ptrdiff_t outputs);

  // out[r][o] = epilogue(sum over segments and d of segment[r][d] * weight[d][o]), r < rows, o < outputs; `packed` holds
  // the weights of the segments one after another in panels: [outputs / width][depth][width].
  void (*multiply)(
      const rbqe_segment *segments, ptrdiff_t segment_count, const float *packed, ptrdiff_t rows, ptrdiff_t outputs,
      rbqe_epilogue epilogue, float *out, ptrdiff_t out_stride);

  // 3x3 convolution of tiles first ..< first + count of a row of tiles of a map `width` pixels wide, by Winograd's
  // F(4x4, 3x3) (Lavin and Gray 2016). The cache is asked for what is written and for what the `ahead` tiles after
  // them read; for neither if `ahead` is -1 (see rbqe_asks_ahead). scratch: 37 * layer->plane numbers.
  void (*winograd)(
      const rbqe_winograd_layer *layer, const rbqe_tile_input *input, ptrdiff_t first, ptrdiff_t count,
      ptrdiff_t ahead, ptrdiff_t width, float *scratch, const rbqe_tile_output *output);

  // Depthwise 3x3 with weights [9][channels]: pixels first ..< first + count of three rows (at column -1) of a map
  // become rows of `channels` numbers, `out_stride` apart.
  void (*depthwise)(
      const float *const rows[3], ptrdiff_t first, ptrdiff_t count, ptrdiff_t channels, const float *weights,
      float *out, ptrdiff_t out_stride);

  // a + b; may work in place.
  void (*add)(const float *a, const float *b, ptrdiff_t count, float *out);

  // Judges a row of `count` blocks, side by side, of samples in rows `stride` apart; the same bits from every table.
  void (*assess)(
      const float *samples, ptrdiff_t stride, ptrdiff_t count, const rbqe_assessor *assessor,
      rbqe_block_verdict *verdicts);

  // ---- JPEG blocks of 8 by 8, coefficients in rows, `count` blocks side by side; the same bits from every table

  // Samples middle + inverse transform of coefficient * step, held to 0...1; eight rows, `stride` apart.
  void (*decode_blocks)(
      const int16_t *coefficients, ptrdiff_t count, const float *steps, float middle, float *out, ptrdiff_t stride);

  // Orthonormal coefficients of samples minus middle.
  void (*transform_blocks)(const float *samples, ptrdiff_t stride, ptrdiff_t count, float middle, float *out);

  // The change of samples that brings each of their coefficients within `reach` of coefficient * step: to where it is
  // expected in there if it lies up to spans[n] from the truth, n being how many coefficients of the block but the first
  // aren't 0; with a span of 0 no farther than to the end. Returns how many lay outside.
  int64_t (*hold_blocks)(
      const int16_t *coefficients, ptrdiff_t count, const float *steps, const float *reach, const float *spans,
      float middle, const float *samples, ptrdiff_t stride, float *change, ptrdiff_t change_stride);

  // Looks for coefficients of one block, from those that are there, of which a decoder makes `seen`, 64 whole levels less
  // 128. larger and smaller say of each sample whether being larger, or smaller, than what was seen counts (1) or may be,
  // because it was clipped (0). Up to `guesses` (1...16) are followed at once: more find more, and take longer. Returns 0
  // if libjpeg makes exactly that of them; 1 if they are decoded to within rounding of it, or if fewer than half of
  // the samples count on both sides; 2 if none were found, and they stay.
  int32_t (*match_rounding)(
      int16_t *coefficients, const float *steps, const float *seen, const float *larger, const float *smaller,
      int32_t guesses);

  // Changes coefficients of one block, whose samples libjpeg's triangle filter widened to `across` by `down` pixels (1 or
  // 2 each, not both 1), to those of which it makes what is nearest to `seen`: 8 * down rows of 8 * across whole levels
  // less 128, INT16_MIN where it may have been anything. `nearly` are the numbers that the coefficients times their steps
  // are the nearest to; the second nearest are tried. Returns the sum of squared differences that are left, away from the
  // block's border; at least 1 if fewer than half of all pixels are known and lie there.
  int32_t (*match_widened)(
      int16_t *coefficients, const float *steps, const float *nearly, const int16_t *seen, int32_t across, int32_t down,
      int32_t guesses);

  // ---- Rows of samples at another resolution; the same bits from every table

  // 3/4 of one and 1/4 of the other.
  void (*blend_rows)(const float *near, const float *far, ptrdiff_t count, float *out);
  // Twice as many, by a triangle filter; row[-1] and row[count] are read.
  void (*widen_row)(const float *row, ptrdiff_t count, float *out);
  // Means over `row_count` rows and `factor` columns.
  void (*average_rows)(
      const float *const *rows, ptrdiff_t row_count, ptrdiff_t factor, ptrdiff_t count, float *out);
  // samples[i] += change[i / factor].
  void (*spread_row)(const float *change, ptrdiff_t factor, ptrdiff_t count, float *samples);

  // Colours that red, green and blue of 0...1 can't show, brought to the nearest of those in each of the three.
  void (*hold_colors)(float *y, float *cb, float *cr, ptrdiff_t count, float middle);

  // ---- Seams between samples: how far the third difference across one is from 0, at most `limit`; the same bits

  // Adds those of a row to the sums of their columns, whole blocks but for the outer two: seam x lies before column x.
  void (*seam_row)(const float *row, ptrdiff_t count, float limit, float *sums);
  // The sum of those between the second and the third of four rows.
  float (*seam_rows)(const float *const rows[4], ptrdiff_t count, float limit);
} rbqe_kernel_table;

// The tables that this processor can run, fastest first, ending with "scalar".
ptrdiff_t rbqe_kernel_table_count(void);
const rbqe_kernel_table *rbqe_kernel_table_at(ptrdiff_t index);
// The one that the environment variable RBQE_CPU names; without it, or where this processor hasn't that one, the
// fastest.
const rbqe_kernel_table *rbqe_kernel_table_in_use(void);

// What RBQE_CPU names and this processor hasn't; NULL where there is no such wish.
const char *rbqe_kernel_table_missing(void);

// Whether convolutions should ask the cache ahead on this processor. Those of Intel see for themselves that rows are
// read on, and asking takes time.
int rbqe_asks_ahead(void);

// ---- The ends of the network, portable C

// Pixels first ..< first + count of a map row from `block` rows of each of `channels` planes: number (dy, dx, c) is
// plane c at (dy, x * block + dx), minus `middle`. rows: [block][channels]. `depth` numbers a pixel, the rest zero.
void rbqe_fold_row(
    const float *const *rows, ptrdiff_t channels, ptrdiff_t block, float middle, ptrdiff_t first, ptrdiff_t count,
    float *out, ptrdiff_t depth);

// Samples of `block` rows of each of `channels` planes from pixels first ..< first + count of a map row, plus what
// `base` holds there (both [block][channels]). channel_first: number c * block^2 + dy * block + dx (ONNX's CRD),
// otherwise (dy * block + dx) * channels + c.
void rbqe_unfold_row(
    const float *row, ptrdiff_t depth, ptrdiff_t first, ptrdiff_t count, ptrdiff_t channels, ptrdiff_t block,
    int channel_first, const float *const *base, float *const *out);

// ---- Pooling, portable C: every channel is summed by itself from left to right, in double precision

// sums[d] = sum over `count` pixels of (a - a_less)(b - b_less), `depth` numbers a pixel, each step rounded to float32 as
// ONNX does. a_less and b_less may be NULL: nothing is subtracted; so may b: then it counts as 1.
void rbqe_pool_row(
    const float *a, const float *a_less, const float *b, const float *b_less, ptrdiff_t count, ptrdiff_t depth,
    double *sums);

#endif
