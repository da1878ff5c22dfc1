#include "../include/reference_kernels.h"

#include <string.h>

void rbqe_depth_to_space(
    const float *restrict input, ptrdiff_t channels, ptrdiff_t height, ptrdiff_t width, ptrdiff_t block,
    int channel_first, float *restrict output) {
  for (ptrdiff_t channel = 0; channel < channels; channel++) {
    for (ptrdiff_t dy = 0; dy < block; dy++) {
      for (ptrdiff_t dx = 0; dx < block; dx++) {
        ptrdiff_t place = dy * block + dx;
        ptrdiff_t from = channel_first ? channel * block * block + place : place * channels + channel;
        const float *restrict plane = input + from * height * width;
        for (ptrdiff_t y = 0; y < height; y++) {
          float *restrict row = output + ((channel * height + y) * block + dy) * width * block + dx;
          for (ptrdiff_t x = 0; x < width; x++) row[x * block] = plane[y * width + x];
        }
      }
    }
  }
}

void rbqe_space_to_depth(
    const float *restrict input, ptrdiff_t channels, ptrdiff_t height, ptrdiff_t width, ptrdiff_t block,
    float *restrict output) {
  for (ptrdiff_t dy = 0; dy < block; dy++) {
    for (ptrdiff_t dx = 0; dx < block; dx++) {
      for (ptrdiff_t channel = 0; channel < channels; channel++) {
        float *restrict plane = output + ((dy * block + dx) * channels + channel) * height * width;
        for (ptrdiff_t y = 0; y < height; y++) {
          const float *restrict row = input + ((channel * height + y) * block + dy) * width * block + dx;
          for (ptrdiff_t x = 0; x < width; x++) plane[y * width + x] = row[x * block];
        }
      }
    }
  }
}

void rbqe_pad_edge(
    const float *restrict input, ptrdiff_t channels, ptrdiff_t height, ptrdiff_t width, float *restrict output,
    ptrdiff_t output_height, ptrdiff_t output_width) {
  for (ptrdiff_t channel = 0; channel < channels; channel++) {
    for (ptrdiff_t y = 0; y < output_height; y++) {
      const float *restrict source = input + (channel * height + (y < height ? y : height - 1)) * width;
      float *restrict row = output + (channel * output_height + y) * output_width;
      memcpy(row, source, (size_t)width * sizeof(float));
      for (ptrdiff_t x = width; x < output_width; x++) row[x] = source[width - 1];
    }
  }
}

void rbqe_crop(
    const float *restrict input, ptrdiff_t channels, ptrdiff_t height, ptrdiff_t width, float *restrict output,
    ptrdiff_t output_height, ptrdiff_t output_width) {
  for (ptrdiff_t channel = 0; channel < channels; channel++) {
    for (ptrdiff_t y = 0; y < output_height; y++) {
      const float *restrict source = input + (channel * height + y) * width;
      memcpy(output + (channel * output_height + y) * output_width, source, (size_t)output_width * sizeof(float));
    }
  }
}
