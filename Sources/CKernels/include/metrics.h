// Inner loops of the full-reference metrics, portable C.
//
// Maps are rows of float32 without gaps. Every sum has one fixed order, so results depend on the arguments alone.

#ifndef RBQE_METRICS_H
#define RBQE_METRICS_H

#include <stddef.h>

// Side of the window of rbqe_ssim.
enum { RBQE_SSIM_TAPS = 11 };

// Numbers of working memory that rbqe_ssim needs for maps of this width.
ptrdiff_t rbqe_ssim_scratch(ptrdiff_t width);

// Sums, over all places where the window lies wholly inside, of the structural similarity and of its
// contrast-structure factor.
//
// Samples are levels less `centre`: the variances of small numbers keep more digits. Width and height are at least
// RBQE_SSIM_TAPS. The window is separable: `weights` has as many numbers, which sum to 1 and are the same from both
// ends.
void rbqe_ssim(
    const float *restrict a, const float *restrict b, ptrdiff_t height, ptrdiff_t width, float centre,
    const float *restrict weights, float c1, float c2, float *restrict scratch, double *restrict ssim,
    double *restrict contrast_structure);

// Means of 2x2 samples; beyond an odd edge its last row or column is repeated. The output has half the sides, rounded
// up.
void rbqe_halve(const float *restrict input, ptrdiff_t height, ptrdiff_t width, float *restrict output);

#endif
