// The search for coefficients that a decoder rounded, for one instruction set; the includer is body.h. As in blocks.h,
// every set gives the same bits.

// By how much decoders that compute in integers are off, in levels, besides half a level for rounding: where steps are
// coarse, no more is explained; what is within the second may be what such a decoder was given.
#define EXACT 0.55f
#define GOOD 0.62f
// Steps up to here are so fine that others than the right multiples may be decoded to nearly the same.
#define FINE 2.0f
// What guides the search begins below half a level, since a sample near the end of its room says something, too.
#define GUIDE 0.45f
// The most guesses that are kept from round to round, changes tried of each, and rounds.
#define GUESSES 16
#define CHANGES 10
#define ROUNDS 10
// Samples that must be known on both sides for an exact match to be proof.
#define TELLING 32

// What each frequency makes of a line.
static const oct NAME(waves)[8] = {
    {C4, C4, C4, C4, C4, C4, C4, C4},     {C1, C3, C5, C7, -C7, -C5, -C3, -C1}, {C2, C6, -C6, -C2, -C2, -C6, C6, C2},
    {C3, -C7, -C1, -C5, C5, C1, C7, -C3}, {C4, -C4, -C4, C4, C4, -C4, -C4, C4}, {C5, -C1, C7, C3, -C3, -C7, C1, -C5},
    {C6, -C2, C2, -C6, -C6, C2, -C2, C6}, {C7, -C5, C3, -C1, C1, -C3, C5, -C7},
};

// A block as it was seen: 64 whole levels less 128, and of each whether being larger, or smaller, than that counts.
typedef struct {
  const float *steps, *seen, *larger, *smaller;
} NAME(sight);

typedef struct {
  int16_t values[64];
  oct difference[8];  // of what they are decoded to and what was seen
  uint64_t mark;  // two guesses with the same are the same
} NAME(guess);

// By how much a row differs by more than rounding explains.
INLINE oct NAME(excess)(const NAME(sight) *sight, int y, oct difference, float allowed) {
  const oct none = {0};
  return __builtin_elementwise_max(difference - allowed, none) * *(const oct *)(sight->larger + 8 * y) -
         __builtin_elementwise_max(-difference - allowed, none) * *(const oct *)(sight->smaller + 8 * y);
}

INLINE float NAME(excess_squares)(const NAME(sight) *sight, const oct difference[8], float allowed) {
  oct sum = {0};
  _Pragma("unroll") for (int y = 0; y < 8; y++) {
    const oct wrong = NAME(excess)(sight, y, difference[y], allowed);
    sum += wrong * wrong;
  }
  return NAME(total)(sum);
}

INLINE void NAME(changed)(const NAME(guess) *guess, const float *steps, int place, int sign, oct difference[8]) {
  const oct wave = NAME(waves)[place % 8] * ((float)sign * steps[place]), down = NAME(waves)[place / 8];
  _Pragma("unroll") for (int y = 0; y < 8; y++) difference[y] = guess->difference[y] + wave * down[y];
}

// Whether a decoder of whole numbers makes exactly what was seen.
INLINE int NAME(is_exact)(const NAME(sight) *sight, const NAME(guess) *guess) {
  if (NAME(excess_squares)(sight, guess->difference, GOOD) > 0) return 0;
  oct scaled[8];
  oct_int x[8], wrong = {0};
  _Pragma("unroll") for (int y = 0; y < 8; y++) scaled[y] = NAME(scaled_row)(guess->values, sight->steps, y);
  NAME(whole_block)(scaled, x);
  _Pragma("unroll") for (int y = 0; y < 8; y++) {
    const oct_int seen = __builtin_convertvector(*(const oct *)(sight->seen + 8 * y), oct_int);
    wrong |= ((x[y] > seen) & (*(const oct *)(sight->larger + 8 * y) > 0)) |
             ((x[y] < seen) & (*(const oct *)(sight->smaller + 8 * y) > 0));
  }
  return NAME(sum)(wrong) == 0;
}

// The places where a step against the gradient of a guess's error promises most, the best first, and that gradient.
INLINE void NAME(look_around)(const NAME(sight) *sight, const NAME(guess) *guess, int places[CHANGES], float slopes[64]) {
  float scores[64];
  oct wrong[8];
  oct_int outside = {0};
  _Pragma("unroll") for (int y = 0; y < 8; y++) {
    wrong[y] = NAME(excess)(sight, y, guess->difference[y], GUIDE);
    outside -= wrong[y] != 0;
  }
  const float share = (float)NAME(sum)(outside) / 64;
  NAME(forward_block)(wrong);
  // What the error would lose if it went on as it begins; squares of waves are 1/64 on average.
  _Pragma("unroll") for (int y = 0; y < 8; y++) {
    const oct step = *(const oct *)(sight->steps + 8 * y), size = __builtin_elementwise_max(wrong[y], -wrong[y]);
    *(oct *)(slopes + 8 * y) = wrong[y];
    *(oct *)(scores + 8 * y) = step * (2 * size - step * share);
  }
  int count = 0;
  for (int place = 0; place < 64; place++) {
    if (count == CHANGES && !(scores[place] > scores[places[CHANGES - 1]])) continue;
    int at = count < CHANGES ? count++ : CHANGES - 1;
    for (; at > 0 && scores[place] > scores[places[at - 1]]; at--) places[at] = places[at - 1];
    places[at] = place;
  }
}

// A change of one coefficient by one step.
typedef struct {
  float error;
  uint64_t mark;
  int16_t parent, place, sign;
} NAME(change);

// What a place adds to a mark (the finaliser of SplitMix64).
INLINE uint64_t NAME(mark)(int place) {
  uint64_t bits = (uint64_t)(place + 1) * 0x9e3779b97f4a7c15;
  bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9;
  bits = (bits ^ (bits >> 27)) * 0x94d049bb133111eb;
  return bits ^ (bits >> 31);
}

// Adds the best of a guess's changes to `next`, which holds up to `limit`, the best first; returns how many it holds.
static int NAME(extend)(
    const NAME(sight) *sight, const NAME(guess) *guess, int parent, NAME(change) *next, int count, int limit,
    const uint64_t *known, int known_count) {
  int places[CHANGES];
  float slopes[64];
  NAME(look_around)(sight, guess, places, slopes);
  for (int change = 0; change < CHANGES; change++) {
    const int place = places[change], sign = slopes[place] < 0 ? 1 : -1, value = guess->values[place] + sign;
    if (value < -INT16_MAX || value > INT16_MAX) continue;
    const uint64_t mark = guess->mark + (uint64_t)(int64_t)sign * NAME(mark)(place);
    oct difference[8];
    NAME(changed)(guess, sight->steps, place, sign, difference);
    const float error = NAME(excess_squares)(sight, difference, GUIDE);
    if (count == limit && !(error < next[count - 1].error)) continue;
    int is_known = 0;
    for (int i = 0; i < known_count; i++) is_known |= known[i] == mark;
    for (int i = 0; i < count; i++) is_known |= next[i].mark == mark;
    if (is_known) continue;
    int at = count < limit ? count++ : limit - 1;
    for (; at > 0 && error < next[at - 1].error; at--) next[at] = next[at - 1];
    next[at] = (NAME(change)){error, mark, (int16_t)parent, (int16_t)place, (int16_t)sign};
  }
  return count;
}

static int32_t NAME(match_rounding)(
    int16_t *coefficients, const float *steps, const float *seen, const float *larger, const float *smaller,
    int32_t guesses) {
  const int limit = guesses < 1 ? 1 : guesses > GUESSES ? GUESSES : guesses;
  const NAME(sight) sight = {steps, seen, larger, smaller};
  NAME(guess) memory[2][GUESSES], best;
  NAME(guess) *now = memory[0], *then = memory[1];
  uint64_t known[1 + GUESSES * ROUNDS];
  int count = 1, known_count = 1;

  oct_int fine = {0}, bound = {0};
  _Pragma("unroll") for (int y = 0; y < 8; y++) {
    *(oct_short *)(now->values + 8 * y) = *(const oct_short *)(coefficients + 8 * y);
    now->difference[y] = NAME(scaled_row)(coefficients, steps, y);
    fine |= *(const oct *)(steps + 8 * y) <= FINE;
    bound -= (*(const oct *)(larger + 8 * y) > 0) & (*(const oct *)(smaller + 8 * y) > 0);
  }
  NAME(inverse_block)(now->difference);
  _Pragma("unroll") for (int y = 0; y < 8; y++) now->difference[y] -= *(const oct *)(seen + 8 * y);
  now->mark = known[0] = 0;
  // Many multiples fit a block most of which was clipped.
  const int32_t if_exact = NAME(sum)(bound) >= TELLING ? 0 : 1;
  if (NAME(is_exact)(&sight, now)) return if_exact;
  if (NAME(sum)(fine) == 0 && NAME(excess_squares)(&sight, now->difference, EXACT) == 0) return 1;

  best = *now;
  float least = NAME(excess_squares)(&sight, best.difference, 0.5f);
  for (int round = 0; round < ROUNDS; round++) {
    NAME(change) next[GUESSES];
    int next_count = 0;
    for (int i = 0; i < count; i++) {
      next_count = NAME(extend)(&sight, now + i, i, next, next_count, limit, known, known_count);
    }
    for (int i = 0; i < next_count; i++) {
      NAME(guess) *guess = then + i;
      *guess = now[next[i].parent];
      NAME(changed)(now + next[i].parent, steps, next[i].place, next[i].sign, guess->difference);
      guess->values[next[i].place] += next[i].sign;
      guess->mark = known[known_count++] = next[i].mark;
      if (NAME(is_exact)(&sight, guess)) {
        __builtin_memcpy(coefficients, guess->values, sizeof guess->values);
        return if_exact;
      }
      const float error = NAME(excess_squares)(&sight, guess->difference, 0.5f);
      if (error < least) {
        least = error;
        best = *guess;
      }
    }
    if (next_count == 0) break;
    NAME(guess) *other = now;
    now = then;
    then = other;
    count = next_count;
  }
  if (NAME(excess_squares)(&sight, best.difference, GOOD) > 0) return 2;
  __builtin_memcpy(coefficients, best.values, sizeof best.values);
  return 1;
}
