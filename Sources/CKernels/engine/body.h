// The engine's inner loops for one instruction set. The includer defines LANES (floats in a vector), NAME(x) (x with
// the suffix), FUSED(a, b, c) (a * b + c), BLOCKS (an X-macro of the register blocks that fit) and AT_ONCE (inputs
// whose products a loop adds before it counts), and has set the target attribute.

typedef float vec __attribute__((vector_size(LANES * 4), aligned(4)));
typedef int32_t vec_int __attribute__((vector_size(LANES * 4), aligned(4)));

#define INLINE static inline __attribute__((always_inline))

INLINE vec load(const float *from) { return *(const vec *)from; }
INLINE void store(float *to, vec value) { *(vec *)to = value; }
INLINE vec splat(float value) { return value - (vec){0}; }

// Written as a choice: on x86 that is one instruction, where __builtin_elementwise_max takes three to look for NaN.
INLINE vec rectified(vec value, vec leak) {
  const vec low = value * leak;
  // So that an infinity, of which `low` may be no number, stays what it is.
  const vec_int below = low > value;
  return (vec)((below & (vec_int)low) | (~below & (vec_int)value));
}

// ---- Products

// Adds the products of input k of each row with its weights to the sums of DEFINE_BLOCK.
#define ADD_PRODUCTS(R, N, k)                                                                                          \
  do {                                                                                                                 \
    vec weight[N];                                                                                                     \
    _Pragma("unroll") for (int n = 0; n < N; n++) weight[n] = load(panel + ((k) * N + n) * LANES);                     \
    _Pragma("unroll") for (int r = 0; r < R; r++) {                                                                    \
      const vec value = splat(from[r * stride + (k)]);                                                                 \
      _Pragma("unroll") for (int n = 0; n < N; n++) sum[r][n] = FUSED(value, weight[n], sum[r][n]);                    \
    }                                                                                                                  \
  } while (0)

// One block of R rows by N vectors of outputs, all of it in registers. Winograd's products are written without asking
// at each vector whether there is a bias, a residual or a rectifier.
#define DEFINE_BLOCK(R, N)                                                                                             \
  static void NAME(block_##R##_##N)(                                                                                   \
      const rbqe_segment *segments, ptrdiff_t segment_count, ptrdiff_t first_row, const float *panel,                  \
      ptrdiff_t column, rbqe_epilogue epilogue, float *out, ptrdiff_t out_stride) {                                    \
    vec sum[R][N];                                                                                                     \
    _Pragma("unroll") for (int r = 0; r < R; r++) {                                                                    \
      _Pragma("unroll") for (int n = 0; n < N; n++) sum[r][n] = (vec){0};                                              \
    }                                                                                                                  \
    for (ptrdiff_t s = 0; s < segment_count; s++) {                                                                    \
      const ptrdiff_t stride = segments[s].stride;                                                                     \
      const float *from = segments[s].start + first_row * stride;                                                      \
      ptrdiff_t left = segments[s].depth;                                                                              \
      for (; left >= AT_ONCE; left -= AT_ONCE, from += AT_ONCE, panel += AT_ONCE * N * LANES) {                        \
        _Pragma("unroll") for (int k = 0; k < AT_ONCE; k++) ADD_PRODUCTS(R, N, k);                                     \
      }                                                                                                                \
      for (; left > 0; left--, from++, panel += N * LANES) ADD_PRODUCTS(R, N, 0);                                      \
    }                                                                                                                  \
    float *to = out + first_row * out_stride + column;                                                                 \
    if (!epilogue.bias && !epilogue.residual && epilogue.leak >= 1) {                                                  \
      _Pragma("unroll") for (int r = 0; r < R; r++) {                                                                  \
        _Pragma("unroll") for (int n = 0; n < N; n++) store(to + r * out_stride + n * LANES, sum[r][n]);               \
      }                                                                                                                \
      return;                                                                                                          \
    }                                                                                                                  \
    _Pragma("unroll") for (int r = 0; r < R; r++) {                                                                    \
      _Pragma("unroll") for (int n = 0; n < N; n++) {                                                                  \
        const ptrdiff_t place = column + n * LANES;                                                                    \
        vec value = sum[r][n];                                                                                         \
        if (epilogue.bias) value += load(epilogue.bias + place);                                                       \
        if (epilogue.residual) value += load(epilogue.residual + (first_row + r) * epilogue.residual_stride + place);  \
        if (epilogue.leak < 1) value = rectified(value, splat(epilogue.leak));                                         \
        store(to + r * out_stride + n * LANES, value);                                                                 \
      }                                                                                                                \
    }                                                                                                                  \
  }

BLOCKS(DEFINE_BLOCK)

typedef void (*NAME(block))(
    const rbqe_segment *, ptrdiff_t, ptrdiff_t, const float *, ptrdiff_t, rbqe_epilogue, float *, ptrdiff_t);

typedef struct {
  int rows, width;
  NAME(block) run;
} NAME(block_entry);

#define BLOCK_ENTRY(R, N) {R, N, NAME(block_##R##_##N)},
// Of each width the tallest first.
static const NAME(block_entry) NAME(block_list)[] = {BLOCKS(BLOCK_ENTRY)};

// The tallest block whose width divides the outputs; there are blocks of one vector.
static const NAME(block_entry) *NAME(tallest_block)(ptrdiff_t outputs) {
  const NAME(block_entry) *block = NAME(block_list);
  while (outputs / LANES % block->width) block++;
  return block;
}

INLINE void NAME(multiply_by)(
    const NAME(block_entry) *block, const rbqe_segment *segments, ptrdiff_t segment_count, const float *packed,
    ptrdiff_t rows, ptrdiff_t outputs, rbqe_epilogue epilogue, float *out, ptrdiff_t out_stride) {
  const int width = block->width;
  ptrdiff_t depth = 0;
  for (ptrdiff_t s = 0; s < segment_count; s++) depth += segments[s].depth;
  for (ptrdiff_t row = 0; row < rows; row += block->rows) {
    // Blocks of a width go down to one row.
    while (block->rows > rows - row) block++;
    const float *panel = packed;
    for (ptrdiff_t column = 0; column < outputs; column += width * LANES, panel += depth * width * LANES) {
      block->run(segments, segment_count, row, panel, column, epilogue, out, out_stride);
    }
  }
}

static void NAME(multiply)(
    const rbqe_segment *segments, ptrdiff_t segment_count, const float *packed, ptrdiff_t rows, ptrdiff_t outputs,
    rbqe_epilogue epilogue, float *out, ptrdiff_t out_stride) {
  NAME(multiply_by)(
      NAME(tallest_block)(outputs), segments, segment_count, packed, rows, outputs, epilogue, out, out_stride);
}

// ---- Winograd F(4x4, 3x3)

// The first three of B' of six numbers a step apart.
#define TRANSFORM_6_FIRST(d0, d1, d2, d3, d4, v0, v1, v2)                                                              \
  do {                                                                                                                 \
    vec even = FUSED(splat(-4), d2, d4), odd = FUSED(splat(-4), d1, d3);                                               \
    v0 = FUSED(splat(4), d0, FUSED(splat(-5), d2, d4));                                                                \
    v1 = even + odd;                                                                                                   \
    v2 = even - odd;                                                                                                   \
  } while (0)

// The other three.
#define TRANSFORM_6_LAST(d1, d2, d3, d4, d5, v3, v4, v5)                                                               \
  do {                                                                                                                 \
    vec near = d4 - d2, far = d3 - d1;                                                                                 \
    v3 = FUSED(splat(2), far, near);                                                                                   \
    v4 = FUSED(splat(-2), far, near);                                                                                  \
    v5 = FUSED(splat(4), d1, FUSED(splat(-5), d3, d5));                                                                \
  } while (0)

// Three rows of B' d B, of which `down` holds B' d.
INLINE void NAME(store_transformed)(vec down[3][6], float *row, ptrdiff_t plane) {
  _Pragma("unroll") for (int y = 0; y < 3; y++, row += 6 * plane) {
    vec v0, v1, v2, v3, v4, v5;
    TRANSFORM_6_FIRST(down[y][0], down[y][1], down[y][2], down[y][3], down[y][4], v0, v1, v2);
    TRANSFORM_6_LAST(down[y][1], down[y][2], down[y][3], down[y][4], down[y][5], v3, v4, v5);
    store(row, v0);
    store(row + plane, v1);
    store(row + 2 * plane, v2);
    store(row + 3 * plane, v3);
    store(row + 4 * plane, v4);
    store(row + 5 * plane, v5);
  }
}

static void NAME(winograd_input)(
    const rbqe_tile_input *input, ptrdiff_t first, ptrdiff_t count, ptrdiff_t channels, float *transformed,
    ptrdiff_t plane) {
  for (ptrdiff_t tile = 0; tile < count; tile++) {
    ptrdiff_t left = (first + tile) * RBQE_TILE * channels;
    for (ptrdiff_t channel = 0; channel < channels; channel += LANES) {
      float *row = transformed + tile * channels + channel;
      // By halves, since six times six vectors are more than there are registers, and memory is slower to write than to
      // read again.
      vec down[3][6];
      _Pragma("unroll") for (int x = 0; x < 6; x++) {
        ptrdiff_t place = left + x * channels + channel;
        vec d0 = load(input->row[0] + place), d1 = load(input->row[1] + place), d2 = load(input->row[2] + place);
        vec d3 = load(input->row[3] + place), d4 = load(input->row[4] + place);
        TRANSFORM_6_FIRST(d0, d1, d2, d3, d4, down[0][x], down[1][x], down[2][x]);
      }
      NAME(store_transformed)(down, row, plane);
      _Pragma("unroll") for (int x = 0; x < 6; x++) {
        ptrdiff_t place = left + x * channels + channel;
        vec d1 = load(input->row[1] + place), d2 = load(input->row[2] + place), d3 = load(input->row[3] + place);
        vec d4 = load(input->row[4] + place), d5 = load(input->row[5] + place);
        TRANSFORM_6_LAST(d1, d2, d3, d4, d5, down[0][x], down[1][x], down[2][x]);
      }
      NAME(store_transformed)(down, row + 18 * plane, plane);
    }
  }
}

// A' of six numbers.
#define TRANSFORM_4(m0, m1, m2, m3, m4, m5, y0, y1, y2, y3)                                                            \
  do {                                                                                                                 \
    vec sum_1 = m1 + m2, difference_1 = m1 - m2, sum_2 = m3 + m4, difference_2 = m3 - m4;                              \
    y0 = (m0 + sum_1) + sum_2;                                                                                         \
    y1 = FUSED(splat(2), difference_2, difference_1);                                                                  \
    y2 = FUSED(splat(4), sum_2, sum_1);                                                                                \
    y3 = FUSED(splat(8), difference_2, difference_1) + m5;                                                             \
  } while (0)

// One row of A' m A, of which `down` holds A' m. Inlined, so that what the caller knows takes no branches.
INLINE void NAME(finish_row)(
    const vec down[6], vec added, const float *residual, vec leak, int is_rectified, ptrdiff_t channels, int columns,
    float *to) {
  vec value[RBQE_TILE];
  TRANSFORM_4(down[0], down[1], down[2], down[3], down[4], down[5], value[0], value[1], value[2], value[3]);
  _Pragma("unroll") for (int x = 0; x < RBQE_TILE; x++) {
    if (x >= columns) break;
    vec result = value[x] + added;
    if (residual) result += load(residual + x * channels);
    store(to + x * channels, is_rectified ? rectified(result, leak) : result);
  }
}

static void NAME(winograd_output)(
    const float *products, ptrdiff_t plane, ptrdiff_t first, ptrdiff_t count, ptrdiff_t channels, ptrdiff_t width,
    const float *bias, float leak, const rbqe_tile_output *output) {
  const int is_rectified = leak < 1;
  for (ptrdiff_t tile = 0; tile < count; tile++) {
    ptrdiff_t left = (first + tile) * RBQE_TILE;
    int columns = width - left < RBQE_TILE ? (int)(width - left) : RBQE_TILE;
    for (ptrdiff_t channel = 0; channel < channels; channel += LANES) {
      const float *from = products + tile * channels + channel;
      vec down[4][6];
      _Pragma("unroll") for (int x = 0; x < 6; x++) {
        const float *column = from + x * plane;
        vec m0 = load(column), m1 = load(column + 6 * plane), m2 = load(column + 12 * plane);
        vec m3 = load(column + 18 * plane), m4 = load(column + 24 * plane), m5 = load(column + 30 * plane);
        TRANSFORM_4(m0, m1, m2, m3, m4, m5, down[0][x], down[1][x], down[2][x], down[3][x]);
      }
      const vec added = bias ? load(bias + channel) : (vec){0};
      const ptrdiff_t place = left * channels + channel;
      _Pragma("unroll") for (int y = 0; y < RBQE_TILE; y++) {
        if (!output->row[y]) continue;
        float *to = output->row[y] + place;
        const float *residual = output->residual[y] ? output->residual[y] + place : NULL;
        if (columns == RBQE_TILE && !residual && is_rectified) {
          NAME(finish_row)(down[y], added, NULL, splat(leak), 1, channels, RBQE_TILE, to);
        } else {
          NAME(finish_row)(down[y], added, residual, splat(leak), is_rectified, channels, columns, to);
        }
      }
    }
  }
}

// Asks the cache for share `part` of RBQE_TILE_POSITIONS of the `count` numbers at `from`.
#define FETCH(from, count, part, for_writing)                                                                          \
  do {                                                                                                                 \
    const ptrdiff_t share = ((count) / RBQE_TILE_POSITIONS + 16) / 16 * 16;                                            \
    const float *line = (from) + (part) * share, *end = (from) + (count);                                              \
    for (int i = 0; i < share && line + i < end; i += 16) __builtin_prefetch(line + i, for_writing, 2);                \
  } while (0)

// Asks the cache for a part of what the `ahead` tiles after these read and of what these write.
INLINE void NAME(ask_ahead)(
    const rbqe_winograd_layer *layer, const rbqe_tile_input *input, ptrdiff_t first, ptrdiff_t count, ptrdiff_t ahead,
    ptrdiff_t width, const rbqe_tile_output *output, ptrdiff_t part) {
  const ptrdiff_t inputs = layer->inputs, outputs = layer->outputs;
  const ptrdiff_t next = ((first + count) * RBQE_TILE + 2) * inputs, left = first * RBQE_TILE * outputs;
  const ptrdiff_t remaining = width - first * RBQE_TILE;
  const ptrdiff_t columns = remaining < count * RBQE_TILE ? remaining : count * RBQE_TILE;
  for (int y = 0; y < 6; y++) FETCH(input->row[y] + next, ahead * RBQE_TILE * inputs, part, 0);
  for (int y = 0; y < RBQE_TILE; y++) {
    if (output->row[y]) FETCH(output->row[y] + left, columns * outputs, part, 1);
    if (output->residual[y]) FETCH(output->residual[y] + left, columns * outputs, part, 0);
  }
}

static void NAME(winograd)(
    const rbqe_winograd_layer *layer, const rbqe_tile_input *input, ptrdiff_t first, ptrdiff_t count, ptrdiff_t ahead,
    ptrdiff_t width, float *scratch, const rbqe_tile_output *output) {
  const ptrdiff_t inputs = layer->inputs, outputs = layer->outputs, plane = layer->plane;
  float *transformed = scratch + plane;
  NAME(winograd_input)(input, first, count, inputs, transformed, plane);
  const NAME(block_entry) *block = NAME(tallest_block)(outputs);
  for (ptrdiff_t position = 0; position < RBQE_TILE_POSITIONS; position++) {
    // The products wait for nothing but the processor.
    if (ahead >= 0) NAME(ask_ahead)(layer, input, first, count, ahead, width, output, position);
    // The product of a position lands where the position before it was read.
    const rbqe_segment segment = {transformed + position * plane, inputs, layer->depth};
    NAME(multiply_by)(
        block, &segment, 1, layer->weights + position * layer->depth * outputs, count, outputs,
        (rbqe_epilogue){.leak = 1}, scratch + position * plane, outputs);
  }
  NAME(winograd_output)(scratch, plane, first, count, outputs, width, layer->bias, layer->leak, output);
}

// ---- Depthwise and elementwise

static void NAME(depthwise)(
    const float *const rows[3], ptrdiff_t first, ptrdiff_t count, ptrdiff_t channels, const float *weights, float *out,
    ptrdiff_t out_stride) {
  for (ptrdiff_t channel = 0; channel < channels; channel += LANES) {
    vec weight[9];
    _Pragma("unroll") for (int k = 0; k < 9; k++) weight[k] = load(weights + k * channels + channel);
    for (ptrdiff_t x = 0; x < count; x++) {
      vec sum = (vec){0};
      _Pragma("unroll") for (int y = 0; y < 3; y++) {
        const float *from = rows[y] + (first + x) * channels + channel;
        sum = FUSED(load(from), weight[3 * y], sum);
        sum = FUSED(load(from + channels), weight[3 * y + 1], sum);
        sum = FUSED(load(from + 2 * channels), weight[3 * y + 2], sum);
      }
      store(out + x * out_stride + channel, sum);
    }
  }
}

static void NAME(add)(const float *a, const float *b, ptrdiff_t count, float *out) {
  ptrdiff_t i = 0;
  for (; i + LANES <= count; i += LANES) store(out + i, load(a + i) + load(b + i));
  for (; i < count; i++) out[i] = a[i] + b[i];
}

// ---- The assessor

#include "assess.h"

#include "blocks.h"
#include "whole.h"
#include "rounding.h"
#include "widened.h"

static ptrdiff_t NAME(panel_width)(ptrdiff_t outputs) { return NAME(tallest_block)(outputs)->width * LANES; }

const rbqe_kernel_table NAME(rbqe_kernels) = {
    .name = SET_NAME,
    .lanes = LANES,
    .panel_width = NAME(panel_width),
    .multiply = NAME(multiply),
    .winograd = NAME(winograd),
    .depthwise = NAME(depthwise),
    .add = NAME(add),
    .assess = NAME(assess),
    .decode_blocks = NAME(decode_blocks),
    .transform_blocks = NAME(transform_blocks),
    .hold_blocks = NAME(hold_blocks),
    .match_rounding = NAME(match_rounding),
    .match_widened = NAME(match_widened),
    .blend_rows = NAME(blend_rows),
    .widen_row = NAME(widen_row),
    .average_rows = NAME(average_rows),
    .spread_row = NAME(spread_row),
    .hold_colors = NAME(hold_colors),
    .seam_row = NAME(seam_row),
    .seam_rows = NAME(seam_rows),
};
