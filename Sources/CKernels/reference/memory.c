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
  if (memory) rbqe_prefer_huge_pages(memory, (ptrdiff_t)rounded);
  return memory;
}

void rbqe_prefer_huge_pages(void *memory, ptrdiff_t bytes) {
#ifdef __linux__
  uintptr_t start = ((uintptr_t)memory + huge_page - 1) / huge_page * huge_page;
  uintptr_t end = ((uintptr_t)memory + (uintptr_t)bytes) / huge_page * huge_page;
  // It is a wish, so failure doesn't matter.
  if (start < end) madvise((void *)start, end - start, MADV_HUGEPAGE);
#else
  (void)memory, (void)bytes;
#endif
}

void rbqe_deallocate(float *memory) { free(memory); }

void rbqe_fill(float *output, ptrdiff_t count, float value) {
  for (ptrdiff_t i = 0; i < count; i++) output[i] = value;
}

void rbqe_copy(const float *restrict input, float *restrict output, ptrdiff_t count) {
  memcpy(output, input, (size_t)count * sizeof(float));
}
