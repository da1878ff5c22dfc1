import CImageCodecs

/// A JPEG file being decoded: row by row, or all of its coefficients at once.
///
/// Owns the codec's memory, where coefficients stay.
final class JPEGReader {
  private let decoder: OpaquePointer

  /// - Parameter bytes: Must stay valid until all is read.
  init(
    _ bytes: UnsafeBufferPointer<UInt8>, header: ImageHeader, limits: DecodingLimits
  ) throws(ImageDecodingError) {
    let memory = limits.maxCodecMemory.map { Int64(min($0, 1 << 50) + Self.overhead) } ?? 0
    let caps = rbqe_jpeg_limits(scans: Int32(clamping: limits.maxScans), memory: memory)
    guard let decoder = rbqe_jpeg_decoder_create(bytes.baseAddress, bytes.count, caps) else {
      throw .outOfMemory(bytes: header.codecMemory, limit: nil)
    }
    self.decoder = decoder
  }

  /// Gets ready to deliver rows.
  func start(header: ImageHeader, limits: DecodingLimits) throws(ImageDecodingError) {
    var info = rbqe_jpeg_info()
    try check(rbqe_jpeg_decoder_start(decoder, &info), header: header, limits: limits)
    try Self.check(info, against: header)
  }

  /// Reads all coefficients, instead of rows.
  func readCoefficients(header: ImageHeader, limits: DecodingLimits) throws(ImageDecodingError) {
    var info = rbqe_jpeg_info()
    try check(rbqe_jpeg_decoder_read_coefficients(decoder, &info), header: header, limits: limits)
    try Self.check(info, against: header)
  }

  /// The steps that a component's data were quantised with, in rows; all 0 where none of them came.
  func steps(_ index: Int) -> [UInt16] {
    withUnsafeBytes(of: component(index).steps) { Array($0.bindMemory(to: UInt16.self)) }
  }

  /// The same with 0 for coefficients that no scan has sent.
  func sentSteps(_ index: Int) -> [UInt16] {
    let unsent = withUnsafeBytes(of: component(index).unsent) { Array($0) }
    return zip(steps(index), unsent).map { $1 == 0 ? $0 : 0 }
  }

  /// Whether scans would have followed: of a progressive file, some coefficients didn't come, or not all of their bits.
  var lacksScans: Bool { rbqe_jpeg_decoder_lacks_scans(decoder) != 0 }

  /// What was read of a component.
  func component(_ index: Int) -> rbqe_jpeg_component { rbqe_jpeg_decoder_component(decoder, UInt32(index)) }

  /// The coefficients of a row of blocks; any thread may ask.
  func blocks(_ component: Int, row: Int) -> UnsafePointer<Int16> {
    rbqe_jpeg_decoder_block_row(decoder, UInt32(component), UInt32(row))
  }

  private static func check(_ info: rbqe_jpeg_info, against header: ImageHeader) throws(ImageDecodingError) {
    guard Int(info.width) == header.width, Int(info.height) == header.height,
      Int(info.components) == header.colorModel.channels, colorModel(info.color) == header.colorModel
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
    case RBQE_OUT_OF_MEMORY:
      let isRefused = limits.maxCodecMemory.map { header.codecMemory > $0 } ?? false
      throw isRefused
        ? .outOfMemory(bytes: header.codecMemory, limit: limits.maxCodecMemory)
        : .outOfMemory(bytes: header.decodedBytes, limit: nil)
    case RBQE_TOO_MANY_SCANS: throw .tooManyScans(limit: limits.maxScans)
    default:
      let isPastHeader = rbqe_jpeg_decoder_scan(decoder) > 0
      throw .corrupt(.jpeg, reason: message, row: isPastHeader ? row : nil)
    }
  }
}
