#if defined(__x86_64__)

#include "../include/engine_kernels.h"

#pragma clang fp contract(off)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)

#define SET_NAME "avx2"
#define LANES 8
#define NAME(x) x##_avx2
#define FUSED(a, b, c) __builtin_elementwise_fma((vec)(a), (vec)(b), (vec)(c))
// Blocks that fit in 16 registers are small, so that counting takes a part of their time.
#define AT_ONCE 4
// 16 registers: the sums, one row of weights and a broadcast.
#define BLOCKS(X) \
  X(6, 2) X(4, 2) X(2, 2) X(1, 2) X(12, 1) X(8, 1) X(4, 1) X(2, 1) X(1, 1)

#include "body.h"

#pragma clang attribute pop

#endif
