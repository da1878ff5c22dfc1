/// A file format that the library reads and writes.
public enum ImageFormat: String, Sendable, CaseIterable, CustomStringConvertible {
  /// JPEG, ITU-T T.81.
  case jpeg
  /// PNG, ISO/IEC 15948.
  case png

  /// The format of a file by its first bytes; file names don't count.
  ///
  /// The result is `nil` for anything else than the two.
  ///
  /// - Parameter bytes: The file, or at least its first eight bytes.
  public static func detect(_ bytes: some Sequence<UInt8>) -> ImageFormat? {
    let start = Array(bytes.prefix(8))
    if start == pngSignature { return .png }
    if start.starts(with: jpegSignature) { return .jpeg }
    return nil
  }

  /// The usual extension of file names, without the dot.
  public var fileExtension: String {
    switch self {
    case .jpeg: "jpg"
    case .png: "png"
    }
  }

  /// "JPEG" or "PNG".
  public var description: String { rawValue.uppercased() }

  static let jpegSignature: [UInt8] = [0xFF, 0xD8, 0xFF]
  static let pngSignature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
}
