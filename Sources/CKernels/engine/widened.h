// The search for coefficients of chroma that a decoder rounded, widened and rounded again, for one instruction set; the
// includer is body.h. As in blocks.h, every set gives the same bits.

// Places of the block where the multiple that is the second nearest is tried, guesses that are kept from round to round,
// and rounds.
#define DOUBTS 16
#define KEPT 16
#define FLIPS 6
// How much farther, in squared levels, the second nearest multiple may be than the nearest.
#define DOUBTFUL 16.0f
// Squares of larger differences than this count as its own, so that sums over a block fit in 16 bits.
#define FAR 15

// What was seen of a block, less its outermost pixels where its neighbours have a part in them: rows, and of each the
// pixels in the left and the right half of a sample, or all.
typedef struct {
  const int16_t *coefficients;
  const float *steps;
  int across, down, rows;
  oct_short seen[2][16], counts[2][16];
  int places[DOUBTS];
  int16_t other[DOUBTS];  // the second nearest multiples
} NAME(widened_sight);

INLINE oct_short NAME(misses)(const NAME(widened_sight) *sight, int side, int row, oct_short level) {
  const oct_short far = (oct_short){0} + FAR;
  oct_short difference = (level - sight->seen[side][row]) & sight->counts[side][row];
  difference = __builtin_elementwise_min(__builtin_elementwise_max(difference, -far), far);
  return difference * difference;
}

// The sum of squared differences between what was seen and what libjpeg makes of the coefficients, where those whose bit
// is set are the second nearest multiples (its triangle filter: h2v2, h2v1 and h1v2 of jdsample.c).
static int32_t NAME(widened_misses)(const NAME(widened_sight) *sight, uint32_t flipped) {
  int16_t values[64];
  __builtin_memcpy(values, sight->coefficients, sizeof values);
  for (int i = 0; i < DOUBTS; i++) {
    if (flipped >> i & 1) values[sight->places[i]] = sight->other[i];
  }
  oct scaled[8];
  oct_int x[8];
  oct_short own[8];
  _Pragma("unroll") for (int y = 0; y < 8; y++) scaled[y] = NAME(scaled_row)(values, sight->steps, y);
  NAME(whole_block)(scaled, x);
  _Pragma("unroll") for (int y = 0; y < 8; y++) own[y] = __builtin_convertvector(x[y], oct_short);
  oct_short sum = {0};
  for (int row = 0; row < sight->rows; row++) {
    // Of 4:2:0 and 4:4:0 the first row is the lower half of the first sample.
    const int is_lower = sight->down == 2 && row % 2 == 0, sample = sight->down == 2 ? (row + 1) / 2 : row;
    oct_short level = own[sample];
    if (sight->down == 2) level = 3 * level + own[is_lower ? sample + 1 : sample - 1];
    if (sight->across == 1) {
      sum += NAME(misses)(sight, 0, row, (level + (int16_t)(is_lower ? 2 : 1)) >> 2);
      continue;
    }
    const oct_short before = __builtin_shufflevector(level, level, 0, 0, 1, 2, 3, 4, 5, 6);
    const oct_short after = __builtin_shufflevector(level, level, 1, 2, 3, 4, 5, 6, 7, 7);
    const int is_square = sight->down == 2;
    const int16_t digits = is_square ? 4 : 2;
    sum += NAME(misses)(sight, 0, row, (3 * level + before + (int16_t)(is_square ? 8 : 1)) >> digits);
    sum += NAME(misses)(sight, 1, row, (3 * level + after + (int16_t)(is_square ? 7 : 2)) >> digits);
  }
  return NAME(sum)(__builtin_convertvector(sum, oct_int));
}

// What was seen, by halves of samples; returns of how many pixels it is known.
INLINE int NAME(look)(NAME(widened_sight) *sight, const int16_t *seen) {
  int count = 0;
  const int width = 8 * sight->across, first = sight->down == 2 ? 1 : 0;
  for (int row = 0; row < sight->rows; row++) {
    for (int side = 0; side < sight->across; side++) {
      for (int lane = 0; lane < 8; lane++) {
        const int is_cut = sight->across == 2 && lane == (side == 0 ? 0 : 7);
        const int16_t level = seen[(row + first) * width + sight->across * lane + side];
        const int is_counted = !is_cut && level != INT16_MIN;
        sight->seen[side][row][lane] = is_counted ? level : 0;
        sight->counts[side][row][lane] = is_counted ? -1 : 0;
        count += is_counted;
      }
    }
  }
  return count;
}

// Chooses the places where the second nearest multiple is hardly farther than the nearest; returns how many there are.
INLINE int NAME(doubt)(NAME(widened_sight) *sight, const float *nearly) {
  float costs[64];
  for (int place = 0; place < 64; place++) {
    const float step = sight->steps[place], away = nearly[place] - step * (float)sight->coefficients[place];
    costs[place] = step * (step - 2 * (away < 0 ? -away : away));
  }
  int count = 0;
  while (count < DOUBTS) {
    int best = 0;
    for (int place = 1; place < 64; place++) best = costs[place] < costs[best] ? place : best;
    if (!(costs[best] <= DOUBTFUL)) break;
    costs[best] = 3e38f;
    const int value = sight->coefficients[best];
    if (value <= -INT16_MAX || value >= INT16_MAX) continue;
    sight->places[count] = best;
    sight->other[count++] = (int16_t)(nearly[best] < sight->steps[best] * (float)value ? value - 1 : value + 1);
  }
  return count;
}

static int32_t NAME(match_widened)(
    int16_t *coefficients, const float *steps, const float *nearly, const int16_t *seen, int32_t across, int32_t down,
    int32_t guesses) {
  const int limit = guesses < 1 ? 1 : guesses > KEPT ? KEPT : guesses;
  NAME(widened_sight) sight = {
      .coefficients = coefficients, .steps = steps, .across = across, .down = down, .rows = down == 2 ? 14 : 8};
  // Many multiples fit a block most of which was clipped.
  const int32_t if_exact = 2 * NAME(look)(&sight, seen) < 64 * across * down;
  int32_t least = NAME(widened_misses)(&sight, 0);
  if (least == 0) return if_exact;
  const int doubts = NAME(doubt)(&sight, nearly);
  uint8_t is_known[(1 << DOUBTS) / 8] = {1};
  uint32_t best = 0, now[KEPT] = {0};
  int count = 1;
  for (int round = 0; round < FLIPS && count > 0 && least > 0; round++) {
    uint32_t next[KEPT];
    int32_t errors[KEPT];
    int next_count = 0;
    for (int i = 0; i < count && (next_count == 0 || errors[0] > 0); i++) {
      for (int doubt = 0; doubt < doubts; doubt++) {
        const uint32_t flipped = now[i] ^ 1u << doubt;
        if (is_known[flipped / 8] >> flipped % 8 & 1) continue;
        is_known[flipped / 8] |= (uint8_t)(1u << flipped % 8);
        const int32_t error = NAME(widened_misses)(&sight, flipped);
        if (next_count == limit && error >= errors[limit - 1]) continue;
        int at = next_count < limit ? next_count++ : limit - 1;
        for (; at > 0 && error < errors[at - 1]; at--) {
          errors[at] = errors[at - 1];
          next[at] = next[at - 1];
        }
        errors[at] = error;
        next[at] = flipped;
      }
    }
    if (next_count > 0 && errors[0] < least) {
      least = errors[0];
      best = next[0];
    }
    __builtin_memcpy(now, next, sizeof now);
    count = next_count;
  }
  for (int i = 0; i < DOUBTS; i++) {
    if (best >> i & 1) coefficients[sight.places[i]] = sight.other[i];
  }
  return least > if_exact ? least : if_exact;
}
