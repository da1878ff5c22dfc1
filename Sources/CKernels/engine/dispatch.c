#include "../include/engine_kernels.h"

#include <stdlib.h>
#include <string.h>

extern const rbqe_kernel_table rbqe_kernels_scalar;

#if defined(__x86_64__)

extern const rbqe_kernel_table rbqe_kernels_avx2, rbqe_kernels_avx512;

// The compiler's own check asks cpuid, and xgetbv for what the operating system saves.
static const rbqe_kernel_table *candidate(int index) {
  switch (index) {
  case 0:
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl")
            && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("fma")
        ? &rbqe_kernels_avx512
        : NULL;
  case 1: return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? &rbqe_kernels_avx2 : NULL;
  default: return &rbqe_kernels_scalar;
  }
}
enum { candidates = 3 };

#elif defined(__aarch64__)

extern const rbqe_kernel_table rbqe_kernels_neon;

static const rbqe_kernel_table *candidate(int index) { return index == 0 ? &rbqe_kernels_neon : &rbqe_kernels_scalar; }
enum { candidates = 2 };

#else

static const rbqe_kernel_table *candidate(int index) { return &rbqe_kernels_scalar; }
enum { candidates = 1 };

#endif

ptrdiff_t rbqe_kernel_table_count(void) {
  ptrdiff_t count = 0;
  for (int i = 0; i < candidates; i++) count += candidate(i) != NULL;
  return count;
}

const rbqe_kernel_table *rbqe_kernel_table_at(ptrdiff_t index) {
  for (int i = 0; i < candidates; i++) {
    const rbqe_kernel_table *table = candidate(i);
    if (table && index-- == 0) return table;
  }
  return NULL;
}

// The table that the environment asks for; NULL where it asks for none, or for one that isn't there.
static const rbqe_kernel_table *wished(const char *name) {
  const rbqe_kernel_table *table = NULL;
  for (ptrdiff_t i = 0; name && (table = rbqe_kernel_table_at(i)); i++) {
    if (strcmp(table->name, name) == 0) return table;
  }
  return NULL;
}

const rbqe_kernel_table *rbqe_kernel_table_in_use(void) {
  const rbqe_kernel_table *table = wished(getenv("RBQE_CPU"));
  return table ? table : rbqe_kernel_table_at(0);
}

const char *rbqe_kernel_table_missing(void) {
  const char *name = getenv("RBQE_CPU");
  return name && *name && !wished(name) ? name : NULL;
}

int rbqe_asks_ahead(void) {
#if defined(__x86_64__)
  return !__builtin_cpu_is("intel");
#else
  return 1;
#endif
}
