// Decoding as libjpeg does it unless told otherwise, in whole numbers, for one instruction set; the includer is body.h.
// What it gives is the same bit for bit, so that coefficients can be told by what they are decoded to.

typedef uint32_t oct_word __attribute__((vector_size(32), aligned(4)));

// The coefficients of no picture of 8 bits are larger.
#define LARGEST 4095.0f

// Inverse transform of each column (Loeffler, Ligtenberg and Moschytz, with constants of 13 binary digits as the sums of
// jidctint.c have them), rounded to `digits` less. Larger coefficients may wrap around.
INLINE void NAME(whole_columns)(oct_int x[8], int digits) {
  oct_word w[8];
  _Pragma("unroll") for (int i = 0; i < 8; i++) w[i] = (oct_word)x[i];
  const oct_word half = (oct_word){0} + (1u << (digits - 1));
  const oct_word p = ((w[0] + w[4]) << 13) + half, q = ((w[0] - w[4]) << 13) + half;
  const oct_word r = 10703 * w[2] + 4433 * w[6], s = 4433 * w[2] - 10704 * w[6];
  const oct_word e[4] = {p + r, q + s, q - s, p - r};
  const oct_word o[4] = {
      11363 * w[1] + 9633 * w[3] + 6437 * w[5] + 2260 * w[7],
      9633 * w[1] - 2259 * w[3] - 11362 * w[5] - 6436 * w[7],
      6437 * w[1] - 11362 * w[3] + 2261 * w[5] + 9633 * w[7],
      2260 * w[1] - 6436 * w[3] + 9633 * w[5] - 11363 * w[7],
  };
  _Pragma("unroll") for (int i = 0; i < 4; i++) {
    x[i] = (oct_int)(e[i] + o[i]) >> digits;
    x[7 - i] = (oct_int)(e[i] - o[i]) >> digits;
  }
}

INLINE void NAME(transpose_whole)(oct_int x[8]) {
  oct moved[8];
  _Pragma("unroll") for (int i = 0; i < 8; i++) moved[i] = (oct)x[i];
  NAME(transpose)(moved);
  _Pragma("unroll") for (int i = 0; i < 8; i++) x[i] = (oct_int)moved[i];
}

// Samples less 128 of coefficients times their steps.
INLINE void NAME(whole_block)(const oct scaled[8], oct_int x[8]) {
  const oct_int lowest = (oct_int){0} - 128, highest = (oct_int){0} + 127;
  _Pragma("unroll") for (int y = 0; y < 8; y++) {
    x[y] = __builtin_convertvector(
        __builtin_elementwise_min(__builtin_elementwise_max(scaled[y], (oct){0} - LARGEST), (oct){0} + LARGEST), oct_int);
  }
  NAME(whole_columns)(x, 11);
  NAME(transpose_whole)(x);
  NAME(whole_columns)(x, 18);
  NAME(transpose_whole)(x);
  _Pragma("unroll") for (int y = 0; y < 8; y++) {
    x[y] = __builtin_elementwise_min(__builtin_elementwise_max(x[y], lowest), highest);
  }
}
