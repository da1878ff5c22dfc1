#ifndef RBQE_CKERNELS_H
#define RBQE_CKERNELS_H

#include <stddef.h>

#endif
