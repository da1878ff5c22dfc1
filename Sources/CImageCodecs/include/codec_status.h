#ifndef RBQE_CODEC_STATUS_H
#define RBQE_CODEC_STATUS_H

/// How a call into a codec ended. Anything but `RBQE_OK` leaves the codec fit for its `destroy` call alone.
typedef enum rbqe_status {
  RBQE_OK = 0,
  /// The bytes ended before the picture was complete.
  RBQE_TRUNCATED,
  /// The bytes contradict the format, or data were lost on the way.
  RBQE_CORRUPT,
  /// A valid file of a kind that the library does not do.
  RBQE_UNSUPPORTED,
  /// Memory ran out, or the cap on the library's memory was met.
  RBQE_OUT_OF_MEMORY,
  /// More scans than the limit allows.
  RBQE_TOO_MANY_SCANS,
} rbqe_status;

#endif
