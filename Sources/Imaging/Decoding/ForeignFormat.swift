/// Names files that are neither JPEG nor PNG, for error messages.
enum ForeignFormat {
  private static let signatures: [(offset: Int, bytes: [UInt8], name: String)] = [
    (0, Array("GIF8".utf8), "a GIF picture"),
    (8, Array("WEBP".utf8), "a WebP picture"),
    (4, Array("ftypavif".utf8), "an AVIF picture"),
    (4, Array("ftypavis".utf8), "an AVIF picture"),
    (4, Array("ftyphei".utf8), "a HEIC picture"),
    (4, Array("ftypmif1".utf8), "a HEIF picture"),
    (4, Array("ftyp".utf8), "an MP4 video"),
    (0, [0xFF, 0x0A], "a JPEG XL picture"),
    (4, Array("JXL \r\n".utf8), "a JPEG XL picture"),
    (4, Array("jP  \r\n".utf8), "a JPEG 2000 picture"),
    (0, [0xFF, 0x4F, 0xFF, 0x51], "a JPEG 2000 codestream"),
    (0, [0x49, 0x49, 0x2A, 0], "a TIFF picture"),
    (0, [0x4D, 0x4D, 0, 0x2A], "a TIFF picture"),
    (0, Array("8BPS".utf8), "a Photoshop document"),
    (0, Array("%PDF".utf8), "a PDF document"),
    (0, Array("PK\u{3}\u{4}".utf8), "a ZIP archive"),
    (0, [0x1F, 0x8B], "a gzip archive"),
    (0, [0x8A, 0x4D, 0x4E, 0x47], "an MNG animation"),
    (0, [0x8B, 0x4A, 0x4E, 0x47], "a JNG picture"),
    (0, Array("BM".utf8), "a BMP picture"),
  ]

  static func name(of bytes: [UInt8]) -> String {
    for signature in signatures where bytes.dropFirst(signature.offset).starts(with: signature.bytes) {
      return signature.name
    }
    let start = bytes.prefix(512)
    let isText = start.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }
    if isText { return start.first == UInt8(ascii: "<") ? "a web page, SVG or XML file" : "a text file" }
    if start.allSatisfy({ $0 == 0 }) { return "a file of zeros" }
    return "unknown data beginning with " + start.prefix(4).map(hex).joined(separator: " ")
  }

  private static func hex(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16, uppercase: true)
    return digits.count == 1 ? "0" + digits : digits
  }
}
