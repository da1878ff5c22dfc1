#if defined(__aarch64__)

#include "../include/engine_kernels.h"

#pragma clang fp contract(off)

#define SET_NAME "neon"
#define LANES 4
#define NAME(x) x##_neon
#define FUSED(a, b, c) __builtin_elementwise_fma((vec)(a), (vec)(b), (vec)(c))
// With more, compilers leave sums in memory.
#define AT_ONCE 1
// 32 registers: the sums, one row of weights and a broadcast.
#define BLOCKS(X) \
  X(6, 4) X(4, 4) X(2, 4) X(1, 4) X(8, 3) X(4, 3) X(2, 3) X(1, 3) X(12, 2) X(4, 2) X(2, 2) X(1, 2) \
  X(16, 1) X(4, 1) X(2, 1) X(1, 1)

#include "body.h"

#endif
