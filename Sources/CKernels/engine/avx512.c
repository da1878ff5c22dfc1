#if defined(__x86_64__)

#include "../include/engine_kernels.h"

#pragma clang fp contract(off)
#pragma clang attribute push(__attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,avx2,fma"))),                    \
                             apply_to = function)

#define SET_NAME "avx512"
#define LANES 16
#define NAME(x) x##_avx512
#define FUSED(a, b, c) __builtin_elementwise_fma((vec)(a), (vec)(b), (vec)(c))
// Four would make products faster, and the network slower.
#define AT_ONCE 1
// 32 registers: the sums, one row of weights and a broadcast.
#define BLOCKS(X) \
  X(8, 3) X(4, 3) X(2, 3) X(1, 3) X(6, 4) X(4, 4) X(2, 4) X(1, 4) X(12, 2) X(8, 2) X(4, 2) X(2, 2) X(1, 2) \
  X(16, 1) X(8, 1) X(4, 1) X(2, 1) X(1, 1)

#include "body.h"

#pragma clang attribute pop

#endif
