// Everything that Swift sees of the kernels.

#include "engine_kernels.h"
#include "reference_kernels.h"
