import CImageCodecs

/// zlib streams inside of PNG chunks.
enum ZLib {
  /// More than any honest profile or packet; a stream that promises more is a bomb.
  static let limit = 16 << 20

  /// The content of a stream; `nil` if it is damaged or larger than ``limit``.
  static func inflate(_ bytes: some Collection<UInt8>) -> [UInt8]? {
    convert(bytes) { rbqe_inflate($0, $1, limit, $2, $3) }
  }

  /// How far a stream that is too large is followed to tell its size: what goes on for longer is made to do harm.
  private static let countLimit = 8 * limit

  /// The bytes in a whole stream that has more than ``limit``; `nil`: it is damaged, or has no end for a long time.
  static func excessiveCount(_ bytes: some Collection<UInt8>) -> Int? {
    let count = Array(bytes).withUnsafeBufferPointer { rbqe_inflated_count($0.baseAddress, $0.count, countLimit) }
    return count > limit ? count : nil
  }

  /// A stream with this content; `nil`: no memory.
  static func deflate(_ bytes: [UInt8]) -> [UInt8]? {
    convert(bytes) { rbqe_deflate($0, $1, $2, $3) }
  }

  /// PNG's checksum of a chunk's name and content.
  static func checksum(_ bytes: [UInt8]) -> UInt32 {
    bytes.withUnsafeBufferPointer { buffer in buffer.baseAddress.map { rbqe_crc32($0, buffer.count) } ?? 0 }
  }

  private typealias Result = UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>

  private static func convert(
    _ bytes: some Collection<UInt8>,
    _ body: (UnsafePointer<UInt8>?, Int, Result, UnsafeMutablePointer<Int>) -> rbqe_status
  ) -> [UInt8]? {
    Array(bytes).withUnsafeBufferPointer { source in
      var result: UnsafeMutablePointer<UInt8>?
      var count = 0
      guard body(source.baseAddress, source.count, &result, &count) == RBQE_OK else { return nil }
      defer { rbqe_release(result) }
      return Array(UnsafeBufferPointer(start: result, count: count))
    }
  }
}
