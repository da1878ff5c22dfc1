#include "../include/engine_kernels.h"

#pragma clang fp contract(off)
// Vectors wider than the instruction set's go to functions that are inlined, so that no calling convention is at stake.
#pragma clang diagnostic ignored "-Wpsabi"

#define SET_NAME "scalar"
#define LANES 4
#define NAME(x) x##_scalar
// No fused operation: without the instruction it would be a call for every number.
#define FUSED(a, b, c) ((vec)(a) * (vec)(b) + (vec)(c))
#define AT_ONCE 1
#define BLOCKS(X) X(4, 2) X(2, 2) X(1, 2) X(4, 1) X(2, 1) X(1, 1)

#include "body.h"
