// OpenBLAS, loaded when it is first asked for: most runs never need it, and a process that is linked with it starts its
// threads, which spin for a while, before anything else.

#ifndef RBQE_OPENBLAS_H
#define RBQE_OPENBLAS_H

enum { RBQE_ROW_MAJOR = 101, RBQE_AS_IT_IS = 111, RBQE_TRANSPOSED = 112 };

typedef struct {
  // cblas_sgemm.
  void (*multiply)(
      int layout, int transpose_a, int transpose_b, int rows, int columns, int depth, float scale, const float *a,
      int a_stride, const float *b, int b_stride, float keep, float *c, int c_stride);
  // Name, version and the processor that it has found.
  const char *(*version)(void);
} rbqe_openblas;

// The library, pinned to one thread; NULL where the system has none. From any thread.
const rbqe_openblas *rbqe_openblas_load(void);

// The same, NULL if nobody has asked for it yet.
const rbqe_openblas *rbqe_openblas_loaded(void);

#endif
