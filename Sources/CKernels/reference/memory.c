// Standard C hides madvise.
#define _DEFAULT_SOURCE

#include "../include/reference_kernels.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { alignment = 64, huge_page = 2 << 20 };

float *rbqe_allocate(ptrdiff_t bytes) {
  if (bytes < 0 || bytes > PTRDIFF_MAX - huge_page) return NULL;
  size_t unit = bytes < huge_page ? alignment : huge_page;
  size_t rounded = ((size_t)bytes + unit - 1) / unit * unit;
  float *memory = aligned_alloc(unit, rounded == 0 ? unit : rounded);
#ifdef __linux__
  // A map spans many pages: with large ones their addresses are found faster. It is a wish, so failure doesn't matter.
  if (memory && unit == huge_page) madvise(memory, rounded, MADV_HUGEPAGE);
#endif
  return memory;
}

void rbqe_deallocate(float *memory) { free(memory); }

void rbqe_fill(float *output, ptrdiff_t count, float value) {
  for (ptrdiff_t i = 0; i < count; i++) output[i] = value;
}

void rbqe_copy(const float *restrict input, float *restrict output, ptrdiff_t count) {
  memcpy(output, input, (size_t)count * sizeof(float));
}
