// Everything that Swift sees of the kernels.

#include "engine_kernels.h"
#include "metrics.h"
#include "reference_kernels.h"
