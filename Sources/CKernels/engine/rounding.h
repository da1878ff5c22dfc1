// The search for coefficients that a decoder rounded, for one instruction set; the includer is body.h. As in blocks.h,
// every set gives the same bits.

// By how much decoders that compute in integers are off, in levels, besides half a level for rounding: more is reason to
// search, and less is good enough.
#define EXACT 0.55f
#define GOOD 0.62f
#define SEARCH_ROUNDS 4
// Changes that are tried in a round.
#define SEARCH_CHANGES 12

// What each frequency makes of a line.
static const oct NAME(waves)[8] = {
    {C4, C4, C4, C4, C4, C4, C4, C4},     {C1, C3, C5, C7, -C7, -C5, -C3, -C1}, {C2, C6, -C6, -C2, -C2, -C6, C6, C2},
    {C3, -C7, -C1, -C5, C5, C1, C7, -C3}, {C4, -C4, -C4, C4, C4, -C4, -C4, C4}, {C5, -C1, C7, C3, -C3, -C7, C1, -C5},
    {C6, -C2, C2, -C6, -C6, C2, -C2, C6}, {C7, -C5, C3, -C1, C1, -C3, C5, -C7},
};

// By how much a row differs by more than rounding explains, where being larger and being smaller count as much as said.
INLINE oct NAME(excess)(oct difference, const float *larger, const float *smaller, float allowed) {
  const oct none = {0};
  return __builtin_elementwise_max(difference - allowed, none) * *(const oct *)larger -
         __builtin_elementwise_max(-difference - allowed, none) * *(const oct *)smaller;
}

INLINE float NAME(excess_squares)(const oct difference[8], const float *larger, const float *smaller, float allowed) {
  oct sum = {0};
  _Pragma("unroll") for (int y = 0; y < 8; y++) {
    const oct wrong = NAME(excess)(difference[y], larger + 8 * y, smaller + 8 * y, allowed);
    sum += wrong * wrong;
  }
  return NAME(total)(sum);
}

static int32_t NAME(match_rounding)(
    int16_t *coefficients, const float *steps, const float *seen, const float *larger, const float *smaller) {
  oct difference[8];
  _Pragma("unroll") for (int y = 0; y < 8; y++) {
    difference[y] =
        __builtin_convertvector(*(const oct_short *)(coefficients + 8 * y), oct) * *(const oct *)(steps + 8 * y);
  }
  NAME(inverse_block)(difference);
  _Pragma("unroll") for (int y = 0; y < 8; y++) difference[y] -= *(const oct *)(seen + 8 * y);
  if (NAME(excess_squares)(difference, larger, smaller, EXACT) == 0) return 1;

  for (int round = 0; round < SEARCH_ROUNDS; round++) {
    float slopes[64], scores[64];
    oct wrong[8];
    oct_int count = {0};
    oct squares = {0};
    _Pragma("unroll") for (int y = 0; y < 8; y++) {
      wrong[y] = NAME(excess)(difference[y], larger + 8 * y, smaller + 8 * y, 0.5f);
      squares += wrong[y] * wrong[y];
      count -= wrong[y] != 0;
    }
    const float before = NAME(total)(squares), share = (float)NAME(sum)(count) / 64;
    float error = before;
    NAME(forward_block)(wrong);
    // What the error would lose if it went on as it begins; squares of waves are 1/64 on average.
    _Pragma("unroll") for (int y = 0; y < 8; y++) {
      const oct step = *(const oct *)(steps + 8 * y), size = __builtin_elementwise_max(wrong[y], -wrong[y]);
      *(oct *)(slopes + 8 * y) = wrong[y];
      *(oct *)(scores + 8 * y) = step * (2 * size - step * share);
    }
    for (int change = 0; change < SEARCH_CHANGES && error > 0; change++) {
      int best = 0;
      for (int place = 1; place < 64; place++) best = scores[place] > scores[best] ? place : best;
      scores[best] = -3e38f;
      const int sign = slopes[best] < 0 ? 1 : -1, value = coefficients[best] + sign;
      if (value < -INT16_MAX || value > INT16_MAX) continue;
      const oct wave = NAME(waves)[best % 8] * ((float)sign * steps[best]), down = NAME(waves)[best / 8];
      oct changed[8];
      _Pragma("unroll") for (int y = 0; y < 8; y++) changed[y] = difference[y] + wave * down[y];
      const float left = NAME(excess_squares)(changed, larger, smaller, 0.5f);
      if (!(left < error)) continue;
      error = left;
      coefficients[best] = (int16_t)value;
      _Pragma("unroll") for (int y = 0; y < 8; y++) difference[y] = changed[y];
    }
    if (!(error < before) || error == 0) break;
  }
  return NAME(excess_squares)(difference, larger, smaller, GOOD) == 0;
}
