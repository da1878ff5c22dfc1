#ifndef RBQE_JPEG_SCAN_H
#define RBQE_JPEG_SCAN_H

#include <stddef.h>
#include <stdint.h>

/// How many of these bytes, which begin behind a scan header, are the scan's coded data: all in front of the marker that
/// ends it. Stuffed zeros, fill bytes and restart markers are among them.
size_t rbqe_jpeg_scan_length(const uint8_t *bytes, size_t count);

#endif
