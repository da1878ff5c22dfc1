// How many float32 operations a second one core can do at most: fused multiply-adds on registers alone.

#ifndef RBQE_PEAK_H
#define RBQE_PEAK_H

// Runs `rounds` times 12 independent fused multiply-adds of the widest vectors and returns how many operations that
// were (two for each lane).
double rbqe_peak_operations(long rounds);

#endif
