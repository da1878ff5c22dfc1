import CImageCodecs

/// A PNG file being decoded, row by row.
struct PNGReader: ~Copyable {
  private let decoder: OpaquePointer
  private let rowBytes: Int

  private init(decoder: OpaquePointer, rowBytes: Int) {
    self.decoder = decoder
    self.rowBytes = rowBytes
  }

  /// Starts decoding `bytes`, which must stay valid as long as the reader lives.
  static func open(_ bytes: UnsafeBufferPointer<UInt8>, header: ImageHeader) throws(ImageDecodingError) -> PNGReader {
    guard let decoder = rbqe_png_decoder_create(bytes.baseAddress, bytes.count) else {
      throw .outOfMemory(bytes: header.decodedBytes, limit: nil)
    }
    let rowBytes = header.width * header.channels * header.bitDepth.rawValue / 8
    let reader = PNGReader(decoder: decoder, rowBytes: rowBytes)
    try reader.start(header: header)
    return reader
  }

  private func start(header: ImageHeader) throws(ImageDecodingError) {
    var info = rbqe_png_info()
    try check(rbqe_png_decoder_start(decoder, &info), header: header)
    guard Int(info.width) == header.width, Int(info.height) == header.height,
      Int(info.channels) == header.channels, info.row_bytes == rowBytes
    else { throw .corrupt(.png, reason: "its transparency chunk is damaged or out of place", row: nil) }
  }

  deinit { rbqe_png_decoder_destroy(decoder) }

  /// Decodes the next `count` rows, without padding between them: interleaved samples with alpha last.
  func read(rows count: Int, into rows: UnsafeMutableRawPointer, header: ImageHeader) throws(ImageDecodingError) {
    let bytes = rows.assumingMemoryBound(to: UInt8.self)
    try check(rbqe_png_decoder_read_rows(decoder, bytes, rowBytes, UInt32(count)), header: header)
  }

  /// Checks what follows the last row.
  func finish(header: ImageHeader) throws(ImageDecodingError) {
    try check(rbqe_png_decoder_finish(decoder), header: header)
  }

  private func check(_ status: rbqe_status, header: ImageHeader) throws(ImageDecodingError) {
    let row = Int(rbqe_png_decoder_row(decoder))
    switch status {
    case RBQE_OK: return
    case RBQE_TRUNCATED: throw .truncated(.png, row: row, height: header.height)
    case RBQE_OUT_OF_MEMORY: throw .outOfMemory(bytes: header.decodedBytes, limit: nil)
    default:
      let reason = String(cString: rbqe_png_decoder_message(decoder))
      throw .corrupt(.png, reason: reason, row: row > 0 ? row : nil)
    }
  }
}
