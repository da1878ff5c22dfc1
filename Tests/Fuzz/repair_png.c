// A mutator that puts the checksums of PNG chunks right after most mutations: without it, nearly every mutation would
// end at the first wrong checksum. Bytes that aren't PNG are left alone.

#include <stdint.h>
#include <string.h>
#include <zlib.h>

enum { signature_bytes = 8, chunk_overhead = 12 };

size_t LLVMFuzzerMutate(uint8_t *bytes, size_t count, size_t limit);

static uint32_t big_endian(const uint8_t *bytes) {
  return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static void repair(uint8_t *bytes, size_t count) {
  static const uint8_t signature[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  if (count < signature_bytes || memcmp(bytes, signature, signature_bytes) != 0) return;
  size_t at = signature_bytes;
  while (count - at >= chunk_overhead) {
    size_t length = big_endian(bytes + at);
    if (length > count - at - chunk_overhead) return;
    uint32_t sum = (uint32_t)crc32(0, bytes + at + 4, (uInt)(length + 4));
    uint8_t *end = bytes + at + 8 + length;
    for (int index = 0; index < 4; ++index) end[index] = (uint8_t)(sum >> (24 - 8 * index));
    at += length + chunk_overhead;
  }
}

size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t count, size_t limit, unsigned int seed) {
  count = LLVMFuzzerMutate(bytes, count, limit);
  if (seed % 8 != 0) repair(bytes, count);
  return count;
}
