#include "../include/reference_kernels.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { alignment = 64 };

float *rbqe_allocate(ptrdiff_t bytes) {
  if (bytes < 0 || bytes > PTRDIFF_MAX - alignment) return NULL;
  size_t rounded = ((size_t)bytes + alignment - 1) / alignment * alignment;
  return aligned_alloc(alignment, rounded == 0 ? alignment : rounded);
}

void rbqe_deallocate(float *memory) { free(memory); }

void rbqe_fill(float *output, ptrdiff_t count, float value) {
  for (ptrdiff_t i = 0; i < count; i++) output[i] = value;
}

void rbqe_copy(const float *restrict input, float *restrict output, ptrdiff_t count) {
  memcpy(output, input, (size_t)count * sizeof(float));
}
