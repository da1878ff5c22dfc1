import CImageCodecs

/// A JPEG file being decoded, row by row.
struct JPEGReader: ~Copyable {
  private let decoder: OpaquePointer

  private init(decoder: OpaquePointer) { self.decoder = decoder }

  /// Starts decoding `bytes`, which must stay valid as long as the reader lives.
  static func open(
    _ bytes: UnsafeBufferPointer<UInt8>, header: ImageHeader, limits: DecodingLimits
  ) throws(ImageDecodingError) -> JPEGReader {
    let memory = limits.maxCodecMemory.map { Int64(min($0, 1 << 50) + overhead) } ?? 0
    let caps = rbqe_jpeg_limits(scans: Int32(clamping: limits.maxScans), memory: memory)
    guard let decoder = rbqe_jpeg_decoder_create(bytes.baseAddress, bytes.count, caps) else {
      throw .outOfMemory(bytes: header.codecMemory, limit: nil)
    }
    let reader = JPEGReader(decoder: decoder)
    try reader.start(header: header, limits: limits)
    return reader
  }

  private func start(header: ImageHeader, limits: DecodingLimits) throws(ImageDecodingError) {
    var info = rbqe_jpeg_info()
    try check(rbqe_jpeg_decoder_start(decoder, &info), header: header, limits: limits)
    guard Int(info.width) == header.width, Int(info.height) == header.height,
      Int(info.components) == header.colorModel.channels, Self.colorModel(info.color) == header.colorModel
    else { throw .corrupt(.jpeg, reason: "it contradicts itself about the picture's size or colours", row: nil) }
  }

  deinit { rbqe_jpeg_decoder_destroy(decoder) }

  /// What libjpeg holds besides coefficients is small, and not what the limit is about.
  private static let overhead = 8 << 20

  /// Decodes the next `count` rows into interleaved samples.
  func read(
    rows count: Int, into rows: UnsafeMutablePointer<UInt8>, header: ImageHeader, limits: DecodingLimits
  ) throws(ImageDecodingError) {
    let stride = header.width * header.colorModel.channels
    try check(
      rbqe_jpeg_decoder_read_rows(decoder, rows, stride, UInt32(count)), header: header, limits: limits)
  }

  /// The first harmless oddity that the library met, in its words.
  var oddity: String? {
    let text = String(cString: rbqe_jpeg_decoder_message(decoder))
    return text.isEmpty ? nil : text
  }

  private static func colorModel(_ color: rbqe_jpeg_color) -> ColorModel {
    switch color {
    case RBQE_JPEG_GRAY: .gray
    case RBQE_JPEG_YCBCR: .ycbcr
    case RBQE_JPEG_RGB: .rgb
    default: .cmyk
    }
  }

  private func check(
    _ status: rbqe_status, header: ImageHeader, limits: DecodingLimits
  ) throws(ImageDecodingError) {
    let row = Int(rbqe_jpeg_decoder_row(decoder))
    let message = String(cString: rbqe_jpeg_decoder_message(decoder))
    switch status {
    case RBQE_OK: return
    case RBQE_TRUNCATED: throw .truncated(.jpeg, row: row, height: header.height)
    case RBQE_UNSUPPORTED: throw .unsupported(.jpeg, feature: message)
    case RBQE_OUT_OF_MEMORY: throw .outOfMemory(bytes: header.codecMemory, limit: limits.maxCodecMemory)
    case RBQE_TOO_MANY_SCANS: throw .tooManyScans(limit: limits.maxScans)
    default:
      let isPastHeader = rbqe_jpeg_decoder_scan(decoder) > 0
      throw .corrupt(.jpeg, reason: message, row: isPastHeader ? row : nil)
    }
  }
}
