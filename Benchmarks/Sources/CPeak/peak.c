#include "peak.h"

#define CHAINS 12

#define BODY(LANES)                                                                                                    \
  typedef float vec __attribute__((vector_size(LANES * 4)));                                                           \
  vec sum[CHAINS], factor = (vec){0} + 0.5f, added = (vec){0} + 1.0f;                                                  \
  for (int i = 0; i < CHAINS; i++) sum[i] = (vec){0} + (float)i;                                                       \
  for (long round = 0; round < rounds; round++) {                                                                      \
    _Pragma("unroll") for (int i = 0; i < CHAINS; i++) sum[i] = __builtin_elementwise_fma(sum[i], factor, added);      \
  }                                                                                                                    \
  float total = 0;                                                                                                     \
  for (int i = 0; i < CHAINS; i++) total += sum[i][0];                                                                 \
  /* The sums must not be optimised away. */                                                                           \
  return (total == 12345.0f ? 1.0 : 0.0) + 2.0 * LANES * CHAINS * (double)rounds

#if defined(__x86_64__)

__attribute__((target("avx512f"))) static double wide(long rounds) { BODY(16); }
__attribute__((target("avx2,fma"))) static double narrow(long rounds) { BODY(8); }

double rbqe_peak_operations(long rounds) {
  if (__builtin_cpu_supports("avx512f")) return wide(rounds);
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return narrow(rounds);
  return 0;
}

#else

double rbqe_peak_operations(long rounds) { BODY(4); }

#endif
