#ifndef RBQE_DEFLATE_H
#define RBQE_DEFLATE_H

#include <stddef.h>
#include <stdint.h>

#include "codec_status.h"

/// Inflates a zlib stream into memory that `rbqe_release` gives back. More than `limit` bytes: `RBQE_OUT_OF_MEMORY`.
rbqe_status rbqe_inflate(const uint8_t *bytes, size_t count, size_t limit, uint8_t **result, size_t *result_count);

/// How many bytes a whole zlib stream holds, none of which are kept; 0 where it is damaged or holds more than `limit`.
size_t rbqe_inflated_count(const uint8_t *bytes, size_t count, size_t limit);

/// Deflates into memory that `rbqe_release` gives back.
rbqe_status rbqe_deflate(const uint8_t *bytes, size_t count, uint8_t **result, size_t *result_count);

void rbqe_release(uint8_t *bytes);

/// The checksum that PNG chunks end in, over name and content.
uint32_t rbqe_crc32(const uint8_t *bytes, size_t count);

/// Whether a block of this size can be had at the moment: asking first turns a crash into an error.
int32_t rbqe_can_allocate(size_t count);

#endif
