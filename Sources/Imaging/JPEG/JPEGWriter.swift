import CImageCodecs

/// A JPEG file being encoded, row by row.
struct JPEGWriter: ~Copyable {
  private let encoder: OpaquePointer
  private let rowBytes: Int

  private init(encoder: OpaquePointer, rowBytes: Int) {
    self.encoder = encoder
    self.rowBytes = rowBytes
  }

  /// Writes the file's head.
  ///
  /// - Parameter tables: Quantisation steps of all components, instead of those of the quality.
  static func open(
    _ options: rbqe_jpeg_encoder_options, tables: [UInt16]?, channels: Int
  ) throws(ImageEncodingError) -> JPEGWriter {
    guard let encoder = rbqe_jpeg_encoder_create() else { throw .outOfMemory }
    let writer = JPEGWriter(encoder: encoder, rowBytes: Int(options.width) * channels)
    var options = options
    // An empty array still has an address, which must not be taken for tables.
    let status = (tables ?? []).withUnsafeBufferPointer { steps in
      options.tables = tables == nil ? nil : steps.baseAddress
      return rbqe_jpeg_encoder_start(encoder, &options)
    }
    try writer.check(status)
    return writer
  }

  deinit { rbqe_jpeg_encoder_destroy(encoder) }

  /// Writes a marker segment of at most 65533 bytes; before the first row.
  func write(marker: UInt8, _ content: [UInt8]) throws(ImageEncodingError) {
    try check(rbqe_jpeg_encoder_write_marker(encoder, Int32(marker), content, content.count))
  }

  /// Writes the next `count` rows of interleaved samples without padding.
  func write(rows: UnsafePointer<UInt8>, count: Int) throws(ImageEncodingError) {
    try check(rbqe_jpeg_encoder_write_rows(encoder, rows, rowBytes, UInt32(count)))
  }

  /// Completes the file.
  func finish() throws(ImageEncodingError) -> [UInt8] {
    var bytes: UnsafePointer<UInt8>?
    var count = 0
    try check(rbqe_jpeg_encoder_finish(encoder, &bytes, &count))
    return Array(UnsafeBufferPointer(start: bytes, count: count))
  }

  private func check(_ status: rbqe_status) throws(ImageEncodingError) {
    switch status {
    case RBQE_OK: return
    case RBQE_OUT_OF_MEMORY: throw .outOfMemory
    default: throw .codec(.jpeg, String(cString: rbqe_jpeg_encoder_message(encoder)))
    }
  }
}
