// The assessor's blocks, for one instruction set; the includer is body.h. A lane is a block, and nothing is fused, so
// that every set gives the same bits.

// The nearest 8-bit level of samples in 0 ... 1; what lies outside goes to the nearer end, NaN to 0.
INLINE vec NAME(levels_of)(vec samples) {
  vec level = samples * 255.0f + 0.5f;
  vec_int above = level > 0;
  vec below = __builtin_elementwise_min(level, splat(255));
  return (vec)((vec_int)__builtin_elementwise_trunc(below) & above);
}

// moments[p * n + q] = sum over y and x of T[p][y] T[q][x] (levels[y * n + x] - less). Polynomials of even degree are
// symmetric and the odd ones antisymmetric, so sums and differences of mirrored samples take half the products.
INLINE void NAME(moments)(const vec *levels, vec less, const float *polynomials, const int n, vec *moments) {
  vec half[64];
  for (int x = 0; x < n; x++) {
    vec even[4], odd[4];
    for (int y = 0; y < n / 2; y++) {
      vec upper = levels[y * n + x] - less, lower = levels[(n - 1 - y) * n + x] - less;
      even[y] = upper + lower;
      odd[y] = upper - lower;
    }
    for (int p = 0; p < n; p++) {
      const vec *folded = p & 1 ? odd : even;
      vec sum = folded[0] * polynomials[p * n];
      for (int y = 1; y < n / 2; y++) sum += folded[y] * polynomials[p * n + y];
      half[p * n + x] = sum;
    }
  }
  for (int p = 0; p < n; p++) {
    vec even[4], odd[4];
    for (int x = 0; x < n / 2; x++) {
      even[x] = half[p * n + x] + half[p * n + n - 1 - x];
      odd[x] = half[p * n + x] - half[p * n + n - 1 - x];
    }
    for (int q = 0; q < n; q++) {
      const vec *folded = q & 1 ? odd : even;
      vec sum = folded[0] * polynomials[q * n];
      for (int x = 1; x < n / 2; x++) sum += folded[x] * polynomials[q * n + x];
      moments[p * n + q] = sum;
    }
  }
}

INLINE void NAME(assess_group)(
    const float *samples, ptrdiff_t stride, const int count, const rbqe_assessor *assessor, const int n,
    rbqe_block_verdict *verdicts) {
  vec levels[64], moments[64];
  vec sums = {0}, squares = {0};
  for (int y = 0; y < n; y++) {
    for (int x = 0; x < n; x++) {
      vec value;
      for (int lane = 0; lane < LANES; lane++) value[lane] = samples[y * stride + (lane < count ? lane : 0) * n + x];
      value = NAME(levels_of)(value);
      levels[y * n + x] = value;
      sums += value;
      squares += value * value;
    }
  }
  // Sums of levels and of their squares are exact, and with them the class of a block.
  vec less = {0};
  int textured = 0, smooth = 0;
  for (int lane = 0; lane < count; lane++) {
    const double sum = sums[lane], energy = squares[lane], outside = energy - sum * sum / (n * n);
    rbqe_block_verdict *verdict = verdicts + lane;
    if (energy == 0) verdict->kind = RBQE_BLACK;
    else if (outside == 0) verdict->kind = RBQE_CONSTANT;
    else if (outside > assessor->textured_above * energy) {
      verdict->kind = RBQE_TEXTURED;
      textured++;
    } else {
      verdict->kind = RBQE_SMOOTH;
      smooth++;
      // Only the first moment holds the mean; without it the small moments of a smooth block lose no digits.
      less[lane] = (float)(int)(sum / (n * n) + 0.5);
    }
  }
  if (!textured && !smooth) return;
  NAME(moments)(levels, less, assessor->polynomials, n, moments);
  moments[0] = (vec){0};
  const vec norm = __builtin_elementwise_sqrt(squares);
  vec similarity = {0}, high = {0};
  if (textured) {
    vec blurred[64];
    NAME(moments)(levels, (vec){0}, assessor->blurred_polynomials, n, blurred);
    // The basis is orthonormal: the blurred block's moments have the energy of its samples.
    vec energy = {0};
    for (int i = 0; i < n * n; i++) energy += blurred[i] * blurred[i];
    blurred[0] = (vec){0};
    const vec scale = 1 / norm, blurred_scale = 1 / __builtin_elementwise_sqrt(energy);
    for (int i = 0; i < n * n; i++) {
      vec a = moments[i] * scale, b = blurred[i] * blurred_scale, product = a * b;
      similarity += (product + product + assessor->steadier) / (a * a + b * b + assessor->steadier);
    }
  }
  if (smooth) {
    vec all = {0}, down = {0}, across = {0};
    for (int p = 0; p < n; p++) {
      for (int q = 0; q < n; q++) {
        vec magnitude = __builtin_elementwise_abs(moments[p * n + q]);
        all += magnitude;
        if (p == n - 1) down += magnitude;
        if (q == n - 1) across += magnitude;
      }
    }
    // The moments are those of the block before normalising: the constant grows instead.
    all += assessor->steadier * norm;
    const vec highest = splat(assessor->highest_share);
    high = __builtin_elementwise_min(down / all, highest) + __builtin_elementwise_min(across / all, highest);
  }
  for (int lane = 0; lane < count; lane++) {
    verdicts[lane].value = verdicts[lane].kind == RBQE_TEXTURED ? similarity[lane] : high[lane];
  }
}

INLINE void NAME(assess_row)(
    const float *samples, ptrdiff_t stride, ptrdiff_t count, const rbqe_assessor *assessor, const int n,
    rbqe_block_verdict *verdicts) {
  ptrdiff_t block = 0;
  for (; block + LANES <= count; block += LANES) {
    NAME(assess_group)(samples + block * n, stride, LANES, assessor, n, verdicts + block);
  }
  if (block < count) {
    NAME(assess_group)(samples + block * n, stride, (int)(count - block), assessor, n, verdicts + block);
  }
}

static void NAME(assess)(
    const float *samples, ptrdiff_t stride, ptrdiff_t count, const rbqe_assessor *assessor,
    rbqe_block_verdict *verdicts) {
  if (assessor->size == 8) NAME(assess_row)(samples, stride, count, assessor, 8, verdicts);
  else NAME(assess_row)(samples, stride, count, assessor, 4, verdicts);
}
