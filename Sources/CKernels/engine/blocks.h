// Work on JPEG blocks, for one instruction set; the includer is body.h. Vectors have eight numbers here whatever the set
// has, and nothing is fused, so that every set gives the same bits.

typedef float oct __attribute__((vector_size(32), aligned(4)));
typedef int32_t oct_int __attribute__((vector_size(32), aligned(4)));
typedef int16_t oct_short __attribute__((vector_size(16), aligned(2)));

// cos(k pi / 16) / 2.
#define C1 0.49039264020161522f
#define C2 0.46193976625564337f
#define C3 0.41573480615127262f
#define C4 0.35355339059327376f
#define C5 0.27778511650980111f
#define C6 0.19134171618254492f
#define C7 0.09754516100806413f

// Spans of errors count for so many times the room that a coefficient has, at least and at most, and what lies farther
// outside than so much of a span as if it lay there: where single precision still tells the parts of the density apart.
#define NARROWEST 1e-4f
#define WIDEST 1e3f
#define NEARLY 0.95f

// The orthonormal cosine transform of each column.
INLINE void NAME(forward_columns)(oct x[8]) {
  oct u0 = x[0] + x[7], u1 = x[1] + x[6], u2 = x[2] + x[5], u3 = x[3] + x[4];
  oct v0 = x[0] - x[7], v1 = x[1] - x[6], v2 = x[2] - x[5], v3 = x[3] - x[4];
  oct outer = u0 + u3, inner = u1 + u2, far = u0 - u3, near = u1 - u2;
  x[0] = C4 * (outer + inner);
  x[4] = C4 * (outer - inner);
  x[2] = C2 * far + C6 * near;
  x[6] = C6 * far - C2 * near;
  x[1] = (C1 * v0 + C3 * v1) + (C5 * v2 + C7 * v3);
  x[3] = (C3 * v0 - C7 * v1) - (C1 * v2 + C5 * v3);
  x[5] = (C5 * v0 - C1 * v1) + (C7 * v2 + C3 * v3);
  x[7] = (C7 * v0 - C5 * v1) + (C3 * v2 - C1 * v3);
}

// And back.
INLINE void NAME(inverse_columns)(oct x[8]) {
  oct p = C4 * (x[0] + x[4]), q = C4 * (x[0] - x[4]), r = C2 * x[2] + C6 * x[6], s = C6 * x[2] - C2 * x[6];
  oct e0 = p + r, e1 = q + s, e2 = q - s, e3 = p - r;
  oct o0 = (C1 * x[1] + C3 * x[3]) + (C5 * x[5] + C7 * x[7]);
  oct o1 = (C3 * x[1] - C7 * x[3]) - (C1 * x[5] + C5 * x[7]);
  oct o2 = (C5 * x[1] - C1 * x[3]) + (C7 * x[5] + C3 * x[7]);
  oct o3 = (C7 * x[1] - C5 * x[3]) + (C3 * x[5] - C1 * x[7]);
  x[0] = e0 + o0;
  x[1] = e1 + o1;
  x[2] = e2 + o2;
  x[3] = e3 + o3;
  x[4] = e3 - o3;
  x[5] = e2 - o2;
  x[6] = e1 - o1;
  x[7] = e0 - o0;
}

INLINE void NAME(transpose)(oct x[8]) {
  oct a[8], b[8];
  _Pragma("unroll") for (int i = 0; i < 4; i++) {
    a[2 * i] = __builtin_shufflevector(x[2 * i], x[2 * i + 1], 0, 8, 2, 10, 4, 12, 6, 14);
    a[2 * i + 1] = __builtin_shufflevector(x[2 * i], x[2 * i + 1], 1, 9, 3, 11, 5, 13, 7, 15);
  }
  _Pragma("unroll") for (int i = 0; i < 8; i += 4) {
    b[i] = __builtin_shufflevector(a[i], a[i + 2], 0, 1, 8, 9, 4, 5, 12, 13);
    b[i + 1] = __builtin_shufflevector(a[i + 1], a[i + 3], 0, 1, 8, 9, 4, 5, 12, 13);
    b[i + 2] = __builtin_shufflevector(a[i], a[i + 2], 2, 3, 10, 11, 6, 7, 14, 15);
    b[i + 3] = __builtin_shufflevector(a[i + 1], a[i + 3], 2, 3, 10, 11, 6, 7, 14, 15);
  }
  _Pragma("unroll") for (int i = 0; i < 4; i++) {
    x[i] = __builtin_shufflevector(b[i], b[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
    x[i + 4] = __builtin_shufflevector(b[i], b[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
  }
}

INLINE float NAME(total)(oct x) {
  return ((x[0] + x[1]) + (x[2] + x[3])) + ((x[4] + x[5]) + (x[6] + x[7]));
}

INLINE int32_t NAME(sum)(oct_int x) {
  int32_t total = 0;
  for (int lane = 0; lane < 8; lane++) total += x[lane];
  return total;
}

INLINE void NAME(inverse_block)(oct x[8]) {
  NAME(inverse_columns)(x);
  NAME(transpose)(x);
  NAME(inverse_columns)(x);
  NAME(transpose)(x);
}

INLINE void NAME(forward_block)(oct x[8]) {
  NAME(forward_columns)(x);
  NAME(transpose)(x);
  NAME(forward_columns)(x);
  NAME(transpose)(x);
}

INLINE oct NAME(scaled_row)(const int16_t *coefficients, const float *steps, int y) {
  return __builtin_convertvector(*(const oct_short *)(coefficients + 8 * y), oct) * *(const oct *)(steps + 8 * y);
}

static void NAME(decode_blocks)(
    const int16_t *coefficients, ptrdiff_t count, const float *steps, float middle, float *out, ptrdiff_t stride) {
  const oct low = {0}, high = low + 1;
  for (ptrdiff_t block = 0; block < count; block++, coefficients += 64, out += 8) {
    oct x[8];
    _Pragma("unroll") for (int y = 0; y < 8; y++) x[y] = NAME(scaled_row)(coefficients, steps, y);
    NAME(inverse_block)(x);
    _Pragma("unroll") for (int y = 0; y < 8; y++) {
      *(oct *)(out + y * stride) = __builtin_elementwise_min(__builtin_elementwise_max(x[y] + middle, low), high);
    }
  }
}

static void NAME(transform_blocks)(
    const float *samples, ptrdiff_t stride, ptrdiff_t count, float middle, float *out) {
  for (ptrdiff_t block = 0; block < count; block++, samples += 8, out += 64) {
    oct x[8];
    _Pragma("unroll") for (int y = 0; y < 8; y++) x[y] = *(const oct *)(samples + y * stride) - middle;
    NAME(forward_block)(x);
    _Pragma("unroll") for (int y = 0; y < 8; y++) *(oct *)(out + 8 * y) = x[y];
  }
}

// Coefficients that lie `away` from the middles of their intervals, which reach `room` to either side, go to the mean of
// what they may be: any value of the interval, and errors of a parabola's density over `span` on each side.
INLINE oct NAME(expected)(oct away, oct room, oct span) {
  const oct one = (oct){0} + 1, scale = one / room, scaled = away * scale;
  const oct least = (oct){0} + NARROWEST, most = (oct){0} + WIDEST;
  const oct h = __builtin_elementwise_min(__builtin_elementwise_max(span * scale, least), most), narrow = one / h;
  const oct far = one + NEARLY * h, x = __builtin_elementwise_min(__builtin_elementwise_max(scaled, -far), far);
  // The part of the density that leads into the interval, in units of its half width.
  const oct low = __builtin_elementwise_max((x - one) * narrow, -one);
  const oct high = __builtin_elementwise_min((x + one) * narrow, one);
  const oct squares = low * low + high * high;
  const oct mean = (low + high) * 0.5f * ((2 - squares) * 1.5f / (3 - squares - low * high));
  return away + ((x - scaled) - h * mean) * room;
}

static int64_t NAME(hold_blocks)(
    const int16_t *coefficients, ptrdiff_t count, const float *steps, const float *reach, const float *spans,
    float middle, const float *samples, ptrdiff_t stride, float *change, ptrdiff_t change_stride) {
  int64_t total = 0;
  for (ptrdiff_t block = 0; block < count; block++, coefficients += 64, samples += 8, change += 8) {
    oct x[8];
    oct_int outside = {0}, moved = {0}, active = {0};
    _Pragma("unroll") for (int y = 0; y < 8; y++) {
      x[y] = *(const oct *)(samples + y * stride) - middle;
      active -= __builtin_convertvector(*(const oct_short *)(coefficients + 8 * y) != 0, oct_int);
    }
    NAME(forward_block)(x);
    const float own = spans[NAME(sum)(active) - (coefficients[0] != 0)];
    const int is_known = own > 0;
    const oct span = (oct){0} + own;
    _Pragma("unroll") for (int y = 0; y < 8; y++) {
      const oct step = *(const oct *)(steps + 8 * y), room = *(const oct *)(reach + 8 * y);
      const oct away = x[y] - __builtin_convertvector(*(const oct_short *)(coefficients + 8 * y), oct) * step;
      const oct expected = is_known ? NAME(expected)(away, room, span) : away;
      x[y] = __builtin_elementwise_min(__builtin_elementwise_max(expected, -room), room) - away;
      outside -= (away > room) | (away < -room);
      moved -= x[y] != 0;
    }
    total += NAME(sum)(outside);
    if (NAME(sum)(moved) > 0) NAME(inverse_block)(x);
    _Pragma("unroll") for (int y = 0; y < 8; y++) *(oct *)(change + y * change_stride) = x[y];
  }
  return total;
}

// ---- Rows of samples at another resolution

static void NAME(blend_rows)(const float *restrict near, const float *restrict far, ptrdiff_t count,
                             float *restrict out) {
  for (ptrdiff_t i = 0; i < count; i++) out[i] = 0.75f * near[i] + 0.25f * far[i];
}

static void NAME(widen_row)(const float *restrict row, ptrdiff_t count, float *restrict out) {
  for (ptrdiff_t i = 0; i < count; i++) {
    float near = 0.75f * row[i];
    out[2 * i] = near + 0.25f * row[i - 1];
    out[2 * i + 1] = near + 0.25f * row[i + 1];
  }
}

static void NAME(average_rows)(
    const float *const *rows, ptrdiff_t row_count, ptrdiff_t factor, ptrdiff_t count, float *restrict out) {
  const float share = 1.0f / (float)(row_count * factor);
  for (ptrdiff_t i = 0; i < count; i++) out[i] = 0;
  for (ptrdiff_t row = 0; row < row_count; row++) {
    const float *restrict from = rows[row];
    switch (factor) {
      case 1:
        for (ptrdiff_t i = 0; i < count; i++) out[i] += share * from[i];
        break;
      case 2:
        for (ptrdiff_t i = 0; i < count; i++) out[i] += share * (from[2 * i] + from[2 * i + 1]);
        break;
      default:
        for (ptrdiff_t i = 0; i < count; i++) {
          float sum = 0;
          for (ptrdiff_t k = 0; k < factor; k++) sum += from[factor * i + k];
          out[i] += share * sum;
        }
    }
  }
}

static void NAME(spread_row)(const float *restrict change, ptrdiff_t factor, ptrdiff_t count, float *restrict samples) {
  switch (factor) {
    case 1:
      for (ptrdiff_t i = 0; i < count; i++) samples[i] += change[i];
      break;
    case 2:
      for (ptrdiff_t i = 0; i < count; i++) samples[i] += change[i / 2];
      break;
    default:
      for (ptrdiff_t i = 0; i < count; i++) samples[i] += change[i / factor];
  }
}

// ---- Colours

static void NAME(hold_colors)(
    float *restrict y, float *restrict cb, float *restrict cr, ptrdiff_t count, float middle) {
  for (ptrdiff_t i = 0; i < count; i++) {
    float blue_difference = cb[i] - middle, red_difference = cr[i] - middle;
    float red = y[i] + 1.402f * red_difference, blue = y[i] + 1.772f * blue_difference;
    float green = y[i] - (0.344136286f * blue_difference + 0.714136286f * red_difference);
    float r = red < 0 ? 0 : red > 1 ? 1 : red;
    float g = green < 0 ? 0 : green > 1 ? 1 : green;
    float b = blue < 0 ? 0 : blue > 1 ? 1 : blue;
    int is_held = (r != red) | (g != green) | (b != blue);
    float luma = (0.299f * r + 0.587f * g) + 0.114f * b;
    y[i] = is_held ? luma : y[i];
    cb[i] = is_held ? (b - luma) * (1 / 1.772f) + middle : cb[i];
    cr[i] = is_held ? (r - luma) * (1 / 1.402f) + middle : cr[i];
  }
}

// ---- Seams

#define ABSOLUTE(x) __builtin_elementwise_max(x, -(x))

static void NAME(seam_row)(const float *row, ptrdiff_t count, float limit, float *sums) {
  const oct most = (oct){0} + limit;
  // The first seam has no two samples to its left, and the last none to its right: eight columns less on each side.
  for (ptrdiff_t x = 8; x + 16 <= count; x += 8) {
    oct a = *(const oct *)(row + x - 2), b = *(const oct *)(row + x - 1);
    oct c = *(const oct *)(row + x), d = *(const oct *)(row + x + 1);
    oct jump = (d - a) + 3 * (b - c);
    *(oct *)(sums + x) += __builtin_elementwise_min(ABSOLUTE(jump), most);
  }
}

static float NAME(seam_rows)(const float *const rows[4], ptrdiff_t count, float limit) {
  oct sum = {0};
  const oct most = sum + limit;
  for (ptrdiff_t x = 0; x + 8 <= count; x += 8) {
    oct a = *(const oct *)(rows[0] + x), b = *(const oct *)(rows[1] + x);
    oct c = *(const oct *)(rows[2] + x), d = *(const oct *)(rows[3] + x);
    oct jump = (d - a) + 3 * (b - c);
    sum += __builtin_elementwise_min(ABSOLUTE(jump), most);
  }
  return NAME(total)(sum);
}
