import CImageCodecs

/// A PNG file being encoded, row by row.
struct PNGWriter: ~Copyable {
  private let encoder: OpaquePointer
  private let rowBytes: Int

  private init(encoder: OpaquePointer, rowBytes: Int) {
    self.encoder = encoder
    self.rowBytes = rowBytes
  }

  /// Writes signature and header.
  static func open(
    width: Int, height: Int, channels: Int, depth: BitDepth, level: Int
  ) throws(ImageEncodingError) -> PNGWriter {
    guard let encoder = rbqe_png_encoder_create() else { throw .outOfMemory }
    let writer = PNGWriter(encoder: encoder, rowBytes: width * channels * depth.rawValue / 8)
    var options = rbqe_png_encoder_options(
      width: UInt32(width), height: UInt32(height), channels: UInt32(channels), bit_depth: UInt32(depth.rawValue),
      level: Int32(level))
    try writer.check(rbqe_png_encoder_start(encoder, &options))
    return writer
  }

  deinit { rbqe_png_encoder_destroy(encoder) }

  /// Writes a chunk; before the first row.
  func write(_ chunk: PNGChunk) throws(ImageEncodingError) {
    let name = Array(chunk.name.utf8)
    try check(rbqe_png_encoder_write_chunk(encoder, name, chunk.content, chunk.content.count))
  }

  /// Writes the next `count` rows of interleaved samples without padding.
  func write(rows: UnsafeRawPointer, count: Int) throws(ImageEncodingError) {
    try check(
      rbqe_png_encoder_write_rows(encoder, rows.assumingMemoryBound(to: UInt8.self), rowBytes, UInt32(count)))
  }

  /// Completes the file.
  func finish() throws(ImageEncodingError) -> [UInt8] {
    var bytes: UnsafePointer<UInt8>?
    var count = 0
    try check(rbqe_png_encoder_finish(encoder, &bytes, &count))
    return Array(UnsafeBufferPointer(start: bytes, count: count))
  }

  private func check(_ status: rbqe_status) throws(ImageEncodingError) {
    switch status {
    case RBQE_OK: return
    case RBQE_OUT_OF_MEMORY: throw .outOfMemory
    default: throw .codec(.png, String(cString: rbqe_png_encoder_message(encoder)))
    }
  }
}
